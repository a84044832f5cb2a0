import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.ToolProvider;
import net.openhft.chronicle.hash.VanillaGlobalMutableState;
import net.openhft.chronicle.values.ValueModel;

/**
 * A step of the build. Chronicle Map implements one of its interfaces when it first opens a map, by
 * running the Java compiler: three seconds of CPU time and a hundred megabytes in every process,
 * and a JDK where a JRE would do. It looks for the class first, so this leaves it among ours.
 */
final class MapClasses {

  private MapClasses() {}

  /**
   * @param arguments the directory of classes
   */
  public static void main(String[] arguments) throws Exception {
    Path classes = Path.of(arguments[0]);
    Class<?> type = VanillaGlobalMutableState.class;
    String name = type.getSimpleName() + "$$Native";
    Path sources = Files.createTempDirectory("forebay-build-");
    Path source = sources.resolve(name + ".java");
    try {
      Files.writeString(source, generate(type, name));
      List<String> options =
          List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
      compile(options, source);
    } finally {
      Files.deleteIfExists(source);
      Files.delete(sources);
    }
  }

  /** The source that the library generates for itself; there is no public way to it. */
  private static String generate(Class<?> type, String name) throws ReflectiveOperationException {
    Method generate =
        Class.forName("net.openhft.chronicle.values.Generators")
            .getDeclaredMethod("generateNativeClass", ValueModel.class, String.class);
    generate.setAccessible(true);
    return (String) generate.invoke(null, ValueModel.acquire(type), name);
  }

  private static void compile(List<String> options, Path source) throws IOException {
    var compiler = ToolProvider.getSystemJavaCompiler();
    try (var files = compiler.getStandardFileManager(null, null, null)) {
      List<String> all = new java.util.ArrayList<>(options);
      all.addAll(List.of("--release", "17", "-proc:none", "-nowarn"));
      if (!compiler
          .getTask(null, files, null, all, null, files.getJavaFileObjects(source))
          .call()) {
        throw new IOException("the generated " + source.getFileName() + " does not compile");
      }
    }
  }
}
