import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.ToolProvider;
import net.openhft.chronicle.hash.VanillaGlobalMutableState;
import net.openhft.chronicle.values.ValueModel;

/**
 * A step of the build. Chronicle Map implements one of its interfaces when it first opens a map, by
 * running the Java compiler: three seconds of CPU time and a hundred megabytes in every process,
 * and a JDK where a JRE would do. It looks for the class first, so this leaves it among ours.
 *
 * <p>It also insists on a compiler that it then does not use: without the module {@code
 * jdk.compiler} it asks the class {@code JavacTool} for one, and fails if there is no such class.
 * So this leaves one among ours that has none to give. Where the module is present the JVM never
 * sees ours, because a module's packages come before the class path.
 */
final class MapClasses {

  private static final String NO_COMPILER =
      """
      package com.sun.tools.javac.api;

      /** Stands in for the JDK's class in a runtime without the module jdk.compiler. */
      public final class JavacTool {

        private JavacTool() {}

        public static javax.tools.JavaCompiler create() {
          return null;
        }
      }
      """;

  private MapClasses() {}

  /**
   * @param arguments the directory of classes
   */
  public static void main(String[] arguments) throws Exception {
    Path classes = Path.of(arguments[0]);
    Class<?> type = VanillaGlobalMutableState.class;
    String name = type.getSimpleName() + "$$Native";
    compile(name, generate(type, name), classes);
    // The JDK that builds has the module, and would refuse a second class of that package.
    compile("JavacTool", NO_COMPILER, classes, "--limit-modules", "java.compiler");
  }

  /** The source that the library generates for itself; there is no public way to it. */
  private static String generate(Class<?> type, String name) throws ReflectiveOperationException {
    Method generate =
        Class.forName("net.openhft.chronicle.values.Generators")
            .getDeclaredMethod("generateNativeClass", ValueModel.class, String.class);
    generate.setAccessible(true);
    return (String) generate.invoke(null, ValueModel.acquire(type), name);
  }

  private static void compile(String name, String text, Path classes, String... more)
      throws IOException {
    Path sources = Files.createTempDirectory("forebay-build-");
    Path source = sources.resolve(name + ".java");
    var compiler = ToolProvider.getSystemJavaCompiler();
    try (var files = compiler.getStandardFileManager(null, null, null)) {
      Files.writeString(source, text);
      List<String> options = new ArrayList<>(List.of(more));
      options.addAll(List.of("-d", classes.toString()));
      options.addAll(List.of("-cp", System.getProperty("java.class.path")));
      options.addAll(List.of("--release", "17", "-proc:none", "-nowarn"));
      if (!compiler
          .getTask(null, files, null, options, null, files.getJavaFileObjects(source))
          .call()) {
        throw new IOException("the generated " + source.getFileName() + " does not compile");
      }
    } finally {
      Files.deleteIfExists(source);
      Files.delete(sources);
    }
  }
}
