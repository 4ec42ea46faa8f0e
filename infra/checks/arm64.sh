#!/usr/bin/env bash
# Builds the webhook for arm64, the template's default, and runs it under emulation: subscription
# handshake, a notification, one message in the queue. Usage: arm64.sh FOLDER, which keeps what is fetched.
#
# Rust's own standard library for arm64 comes by rustup alone, which not every machine reaches, so that of
# Debian is taken, with the compiler that it fits, unpacked below FOLDER and not installed. Exits 3 with
# "not run: REASON" where Debian's packages cannot be had or the build takes too long, and fails where
# anything else goes wrong.
set -euo pipefail
folder=$(mkdir -p "$1" && cd "$1" && pwd)
tools=$(cd "$folder/.." && pwd)/venv/bin
root=$folder/root

not_run() {
    echo "not run: $1"
    exit 3
}

# With lists and an archive of its own, so that the system's package manager is left as it is.
fetch() {
    command -v apt-get >/dev/null || not_run "there is no apt-get to fetch Debian's cross compiler with"
    mkdir -p "$folder/apt/lists/partial" "$folder/apt/archives/partial"
    local apt=(apt-get -qq -o "Dir::State::lists=$folder/apt/lists" -o "Dir::Cache=$folder/apt"
        -o APT::Architectures::=amd64 -o APT::Architectures::=arm64 -o Debug::NoLocking=1
        -o APT::Sandbox::User=root -o APT::Install-Recommends=0)
    "${apt[@]}" update || not_run "Debian's package lists cannot be fetched"
    "${apt[@]}" install -y --download-only rustc-web cargo-web libstd-rust-web-dev \
        libstd-rust-web-dev:arm64 libc6:arm64 libgcc-s1:arm64 qemu-user-static ||
        not_run "Debian has no rustc-web for arm64 here"
    rm -rf "$root"
    mkdir "$root"
    local package
    for package in "$folder"/apt/archives/*.deb; do
        dpkg-deb -x "$package" "$root"
    done
    rm -rf "$folder/apt"
    touch "$root/complete"
}

[ -e "$root/complete" ] || fetch

# cargo-lambda asks rustup for a target first, goes on without it, and must not get one from elsewhere.
mkdir -p "$folder/bin"
printf '#!/bin/sh\nexit 1\n' >"$folder/bin/rustup"
chmod +x "$folder/bin/rustup"

# The debug profile, which takes a third of the time of the release one.
PATH=$folder/bin:$root/usr/bin:$tools:/usr/bin:/bin \
    LD_LIBRARY_PATH=$root/usr/lib/x86_64-linux-gnu \
    CARGO_PROFILE_DEV_DEBUG=0 CARGO_TARGET_DIR=$folder/target \
    timeout 600 cargo lambda build --arm64 --package webhook --locked || {
    [ $? = 124 ] && not_run "the cross build takes longer than ten minutes here"
    exit 1
}

target/debug/arm64-webhook "$root/usr/bin/qemu-aarch64-static" "$root" \
    "$folder/target/lambda/webhook/bootstrap"
