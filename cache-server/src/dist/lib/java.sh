# How Forebay's programs start a JVM; read by bin/forebay, and by the forebay of a checkout.

fail() {
  echo "forebay: $*" >&2
  exit 1
}

# The home of a JDK or Java runtime 25 or newer: JAVA_HOME, then where distributions and tools put them.
find_java() {
  local candidate
  for candidate in "${JAVA_HOME:-}" /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* \
      "${HOME:-}"/.sdkman/candidates/java/* "${HOME:-}"/.jdks/*; do
    if [[ -x $candidate/bin/java && -r $candidate/release ]] &&
        [[ $(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$candidate/release") -ge 25 ]]; then
      echo "$candidate"
      return
    fi
  done
  return 1
}

# A JVM takes the encoding of file names from its locale, and containers have none.
[[ $(locale charmap 2>/dev/null) == UTF-8 ]] || export LC_ALL=C.UTF-8

java_home=$(find_java) ||
  fail "needs a JDK 25; install one (for example Temurin 25) or point JAVA_HOME at it"

# For Chronicle Map (see SharedMaps), and to keep the JVM from warning about it and about PyTorch.
# Compact headers keep the index of data sets that are not read in epochs below 100 bytes a file.
# DJL takes its engine from the class path, never from the network, and sends no statistics.
java=(
  "$java_home/bin/java"
  --add-exports=java.base/jdk.internal.ref=ALL-UNNAMED
  --add-opens=java.base/sun.nio.ch=ALL-UNNAMED
  --add-opens=java.base/java.lang=ALL-UNNAMED
  --add-opens=java.base/java.lang.reflect=ALL-UNNAMED
  --sun-misc-unsafe-memory-access=allow
  --enable-native-access=ALL-UNNAMED
  -XX:+UseCompactObjectHeaders
  -Djava.awt.headless=true
  -Dai.djl.offline=true
  -DOPT_OUT_TRACKING=true
)
