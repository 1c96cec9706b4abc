#!/bin/sh
# Says in words what the build lacks, before the toolchain plugin says it in its own; decides nothing.
for home in "$JAVA_HOME" /usr/lib/jvm/* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.m2/jdks/* /opt/*; do
  [ -x "$home/bin/javac" ] && grep -qs '^JAVA_VERSION="25' "$home/release" && exit 0
done
[ -f "$HOME/.m2/toolchains.xml" ] && exit 0
echo "gpudiag is built with JDK 25, and none was found: install one (openjdk-25-jdk-headless, or Temurin 25)" >&2
echo "under /usr/lib/jvm, or name it in ~/.m2/toolchains.xml. Maven itself may run on Java 17 or newer." >&2
