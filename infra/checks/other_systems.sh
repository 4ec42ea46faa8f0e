#!/usr/bin/env bash
# Type-checks what runs on a laptop for macOS and Windows. Nothing is linked or run: a compiler that makes
# empty objects stands in for the C compilers of these systems, which the build scripts of ring, SQLite and
# zstd ask for. Usage: other_systems.sh FOLDER, for what is built. Exits 3 with "not run: REASON" where
# Rust's standard libraries cannot be had, and fails where anything else goes wrong.
set -euo pipefail
folder=$(mkdir -p "$1" && cd "$1" && pwd)

cat >"$folder/cc" <<'SCRIPT'
#!/usr/bin/env bash
# An empty file where one is asked for.
while [ $# -gt 0 ]; do
    case $1 in
    -o) : >"$2" ;;
    -E) exec cc "$@" ;;
    esac
    shift
done
SCRIPT
cat >"$folder/ar" <<'SCRIPT'
#!/usr/bin/env bash
# `ar cq ARCHIVE OBJECT…` and `ar s ARCHIVE`.
: >"$2"
SCRIPT
chmod +x "$folder/cc" "$folder/ar"

targets=(x86_64-apple-darwin x86_64-pc-windows-gnu)
for target in "${targets[@]}"; do
    if ! ls "$(rustc --print sysroot)/lib/rustlib/$target/lib" >/dev/null 2>&1; then
        rustup target add "$target" >/dev/null 2>&1 || {
            echo "not run: there is no standard library for $target here"
            exit 3
        }
    fi
    export "CC_${target//-/_}=$folder/cc" "AR_${target//-/_}=$folder/ar"
done
CARGO_TARGET_DIR="$folder/target" cargo check --quiet --locked -p teams-calls "${targets[@]/#/--target=}"
echo "type-checked: ${targets[*]}"
