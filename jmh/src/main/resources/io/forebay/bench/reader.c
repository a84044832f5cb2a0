/*
 * Reads files as a trainer's workers do, and prints how many seconds that took.
 *
 *   reader files DIRECTORY LIST THREADS      whole files, in the order of the list
 *   reader seq FILE BYTES                    one file from its start, so many bytes at a time
 *   reader rand FILE BYTES COUNT THREADS SEED   so many bytes at aligned random places
 *   reader map FILE BYTES COUNT THREADS SEED    the same, through a mapping
 *   reader tree DIRECTORY                    stat of everything below
 *
 * or has the kernel forget what it has of files in memory, once they are on the disk:
 *
 *   reader forget DIRECTORY LIST
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 1 << 20 };

static char **paths;
static long path_count;
static atomic_long next_path;

static const char *file;
static const char *mapping;
static int fd;
static long size, bytes, count;
static int seed;

static void fail(const char *what) {
  fprintf(stderr, "reader: %s: %s\n", what, strerror(errno));
  exit(1);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void *read_files(void *unused) {
  char *buffer = malloc(BUFFER);
  for (long i = next_path++; i < path_count; i = next_path++) {
    int f = open(paths[i], O_RDONLY);
    struct stat st;
    if (f < 0 || fstat(f, &st) < 0) fail(paths[i]);
    long have = 0;
    while (have < st.st_size) {
      long n = read(f, buffer, BUFFER);
      if (n <= 0) fail(paths[i]);
      have += n;
    }
    close(f);
  }
  free(buffer);
  return unused;
}

static void forget_files(void) {
  for (long i = 0; i < path_count; i++) {
    int f = open(paths[i], O_RDONLY);
    if (f < 0 || fsync(f) < 0 || (errno = posix_fadvise(f, 0, 0, POSIX_FADV_DONTNEED))) fail(paths[i]);
    close(f);
  }
}

static void load_list(const char *directory, const char *list) {
  FILE *in = fopen(list, "r");
  if (!in) fail(list);
  char line[4096];
  long room = 0;
  while (fgets(line, sizeof line, in)) {
    line[strcspn(line, "\n")] = 0;
    if (path_count == room) {
      room = room ? room * 2 : 1024;
      paths = realloc(paths, room * sizeof *paths);
    }
    if (asprintf(&paths[path_count++], "%s/%s", directory, line) < 0) fail("memory");
  }
  fclose(in);
}

static void *read_at_random(void *number) {
  unsigned long x = seed * 7919 + (unsigned long)(uintptr_t)number * 104729 + 1;
  char *buffer = malloc(bytes);
  for (long i = 0; i < count; i++) {
    x ^= x << 13, x ^= x >> 7, x ^= x << 17;
    long at = (long)(x % (unsigned long)(size / bytes)) * bytes;
    if (mapping) {
      memcpy(buffer, mapping + at, bytes);
    } else if (pread(fd, buffer, bytes, at) != bytes) {
      fail(file);
    }
  }
  free(buffer);
  return NULL;
}

static void run(int threads, void *(*body)(void *)) {
  pthread_t ids[threads];
  for (int i = 0; i < threads; i++) pthread_create(&ids[i], NULL, body, (void *)(uintptr_t)i);
  for (int i = 0; i < threads; i++) pthread_join(ids[i], NULL);
}

static int visit(const char *path, const struct stat *st, int kind, struct FTW *where) {
  (void)path, (void)st, (void)kind, (void)where;
  count++;
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  const char *mode = argv[1];
  double start;
  if (!strcmp(mode, "files")) {
    load_list(argv[2], argv[3]);
    start = now();
    run(atoi(argv[4]), read_files);
  } else if (!strcmp(mode, "forget")) {
    load_list(argv[2], argv[3]);
    start = now();
    forget_files();
  } else if (!strcmp(mode, "tree")) {
    start = now();
    if (nftw(argv[2], visit, 64, FTW_PHYS) != 0) fail(argv[2]);
  } else {
    file = argv[2];
    bytes = atol(argv[3]);
    start = now();
    fd = open(file, O_RDONLY);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0) fail(file);
    size = st.st_size;
    if (!strcmp(mode, "seq")) {
      char *buffer = malloc(bytes);
      for (long have = 0, n; have < size; have += n) {
        if ((n = read(fd, buffer, bytes)) <= 0) fail(file);
      }
    } else {
      count = atol(argv[4]);
      seed = atoi(argv[6]);
      if (!strcmp(mode, "map")) {
        mapping = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
        if (mapping == MAP_FAILED) fail(file);
      }
      run(atoi(argv[5]), read_at_random);
    }
  }
  printf("%.6f\n", now() - start);
  return 0;
}
