#!/bin/sh
# Puts the product together around the jars and the runtime that Maven has laid out.
# usage: assemble.sh PRODUCT JNA_NATIVE SIMULATOR ROOT
set -eu
product=$1 jna=$2 simulator=$3 root=$4

mkdir -p "$product/bin" "$product/lib/native" "$product/share"
${CC:-gcc} -std=c11 -O2 -Wall -Wextra -Werror -o "$product/bin/gpudiag" "$root"/packaging/src/launcher/*.c

case $(uname -m) in
    x86_64) platform=linux-x86-64 ;;
    aarch64) platform=linux-aarch64 ;;
    *) echo "no JNA library for $(uname -m)" >&2; exit 1 ;;
esac
cp "$jna/com/sun/jna/$platform/libjnidispatch.so" "$product/lib/native/"

rm -rf "$product/simulator"
mkdir -p "$product/simulator"
for part in libnvidia-ml.so.1 470 535 scenarios; do
    cp -R "$simulator/$part" "$product/simulator/"
done
cp "$root/agent/src/main/resources/dev/gpudiag/agent/report/"*.schema.json "$product/share/"
cp "$root/systemd/gpudiag.service" "$product/share/"
cp "$root/packaging/src/etc/logging.properties" "$root/packaging/src/etc/gpudiag.yaml" "$product/share/"
cp "$root"/packaging/prometheus/*.rules.yml "$root/agent/METRICS.md" "$product/share/"

# the manual and the completion of shells, from the commands themselves; without the launcher, which has a deadline
gpudiag() {
    "$product/runtime/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dgpudiag.home="$product" -cp "$product/lib/*" \
        dev.gpudiag.agent.cli.Main "$@"
}
rm -rf "$product/share/man" "$product/share/completions"
mkdir -p "$product/share/man/man1" "$product/share/completions"
gpudiag man-pages "$product/share/man/man1"
for shell in bash zsh fish; do
    gpudiag completion "$shell" > "$product/share/completions/gpudiag.$shell"
done
