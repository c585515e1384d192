#!/usr/bin/env bash
# A Swift toolchain on any Linux that lets root chroot: Debian trixie's, in a folder of its own.
#
#   toolchain.sh prepare                    makes the folder, once: about a minute and 3 GB
#   toolchain.sh run EXCHANGE COMMAND...    runs a command in it, with the package at /package (read
#                                           only), EXCHANGE at /exchange, and /build to build in
#
# The folder is $HANDSTAMP_SWIFT_ROOT, by default /var/cache/handstamp-swift; deleting it is all there
# is to undo. Everything is mounted in a mount namespace of its own, which the kernel takes down with
# its last process: no mount outlives a run, however that ends.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

folder="${HANDSTAMP_SWIFT_ROOT:-/var/cache/handstamp-swift}"
root="$folder/trixie"
packages="swiftlang,ca-certificates,libc6-dev,libstdc++-14-dev"

# The machine's own mirror of Debian, so that a machine behind a mirror stays behind it. Where apt has
# none, as on Ubuntu, debootstrap's own default is used.
mirror() {
  apt-get indextargets --format '$(ORIGIN) $(SUITE) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    awk '$1 == "Debian" && $2 !~ /security/ { print $3; exit }'
}

prepare() {
  if [[ -e "$root" ]]; then return; fi
  # An unfinished one is worth nothing; nothing is mounted below it.
  rm -rf "$root.partial"
  mkdir -p "$folder"
  echo "making a Debian trixie with Swift in $root"
  # Without a keyring debootstrap would check no signature: not that.
  unshare --mount --propagation private \
    debootstrap --force-check-gpg --variant=minbase --include="$packages" trixie "$root.partial" $(mirror) \
    >"$folder/debootstrap.log" 2>&1 || { tail -n 20 "$folder/debootstrap.log" >&2; exit 1; }
  chroot "$root.partial" /sbin/ldconfig
  mkdir -p "$root.partial/package" "$root.partial/exchange" "$root.partial/build/home"
  rm -rf "$root.partial/var/cache/apt/archives"
  mv "$root.partial" "$root"
}

run() {
  local exchange="$1"
  shift
  # shellcheck disable=SC2016 # the inner shell expands these
  exec unshare --mount --propagation private bash -euc '
    root="$1"; exchange="$2"; shift 2
    mount --bind /proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mount --bind clients/swift "$root/package"
    mount -o remount,bind,ro "$root/package"
    mount --bind "$exchange" "$root/exchange"
    exec chroot "$root" /usr/bin/env -i PATH=/usr/bin:/bin HOME=/build/home LANG=C.UTF-8 \
      HANDSTAMP_WORLD=/exchange/world.json HANDSTAMP_TOKENS=/exchange/tokens.ndjson \
      /bin/sh -c "cd /package && exec \"\$@\"" sh "$@"
  ' bash "$root" "$exchange" "$@"
}

command="${1:-}"
shift || true
case "$command" in
  prepare | run) "$command" "$@" ;;
  *)
    sed -n '2,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
    ;;
esac
