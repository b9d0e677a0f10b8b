#!/usr/bin/env bash
# What users install: `cmake --install` into a prefix, and the .deb. Each is made, looked into, and its server is
# started and asked through its Unix socket. Where it is root in CI the .deb is really installed, run as its own user,
# and purged; the machine is left as it was found. Elsewhere the .deb is only unpacked, which the summary says.
# Usage: package_test.sh BUILD_DIRECTORY   (a finished Release build)
set -euo pipefail
build=$(cd "$1" && pwd)
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
directory=$(mktemp -d)
passed=0 failed=0 skipped=0
server=

new_packages=()
trap 'rm -rf "$directory"' EXIT

fail() { printf '%s\n' "$*"; return 1; }

# start COMMAND...: a server on the Unix socket $directory/run/socket; its pid in $server once it answers.
start() {
  rm -rf "$directory/run"
  # The user of the package must get at its socket.
  install -d -m 0777 "$directory/run"
  chmod 0755 "$directory"
  "$@" --port 0 --unixsocket "$directory/run/socket" --dir "$directory/run" >"$directory/server.log" 2>&1 &
  server=$!
  local deadline=$((SECONDS + 20))
  until [[ $(ask PING 2>/dev/null) == PONG ]]; do
    kill -0 "$server" 2>/dev/null && ((SECONDS < deadline)) || { cat "$directory/server.log"; fail "does not start: $*"; return; }
    read -rt 0.05 <> <(:) || true
  done
}

ask() { redis-cli -s "$directory/run/socket" "$@"; }

stop() {
  kill -TERM "$server"
  local result=0
  wait "$server" || result=$?
  server=
  ((result == 0)) || { cat "$directory/server.log"; fail "SIGTERM: exit status $result"; }
}

# The settings that conf/larder.conf brings, and a value that is stored and read.
serves() {
  [[ $(ask SET key value) == OK && $(ask GET key) == value ]] || fail 'SET and GET'
  [[ $(ask CONFIG GET maxmemory-policy | tail -n 1) == allkeys-lru ]] || fail 'the conf file was not read'
}

has_files() { # root path...
  local base=$1 path
  shift
  for path in "$@"; do [[ -f $base$path ]] || fail "missing: $path"; done
}

test_install() {
  local prefix=$directory/prefix
  cmake --install "$build" --prefix "$prefix"
  has_files "$prefix" /bin/larder /etc/larder/larder.conf /lib/systemd/system/larder.service /share/doc/larder/copyright
  grep -qF "ExecStart=$prefix/bin/larder $prefix/etc/larder/larder.conf " "$prefix/lib/systemd/system/larder.service" ||
    fail 'the unit names another place'
  start "$prefix/bin/larder" "$prefix/etc/larder/larder.conf"
  serves
  stop
}

make_deb() {
  cpack --config "$build/CPackConfig.cmake" -G DEB -B "$directory/deb"
  deb=$(compgen -G "$directory/deb/larder_*.deb")
}

test_deb_contents() {
  make_deb
  dpkg-deb --info "$deb"
  dpkg-deb --contents "$deb"
  [[ $(dpkg-deb -f "$deb" Package) == larder ]] || fail 'its name'
  [[ $(dpkg-deb -f "$deb" Depends) == *libc6*adduser* || $(dpkg-deb -f "$deb" Depends) == *adduser*libc6* ]] ||
    fail 'what it depends on'
  dpkg-deb --contents "$deb" | awk '$2 != "root/root" { print; bad = 1 } END { exit bad }' || fail 'owners'
  dpkg-deb -x "$deb" "$directory/unpacked"
  has_files "$directory/unpacked" /usr/bin/larder /etc/larder/larder.conf /lib/systemd/system/larder.service \
    /usr/share/doc/larder/copyright
  cmp "$source/conf/larder.conf" "$directory/unpacked/etc/larder/larder.conf"
  start "$directory/unpacked/usr/bin/larder" "$directory/unpacked/etc/larder/larder.conf"
  serves
  stop
}

# The image installs the libraries by hand: all that the .deb needs must be among them.
test_image_libraries() {
  local library
  for library in $(dpkg-deb -f "$deb" Depends | tr ',' '\n' | awk '{ print $1 }'); do
    case $library in libc6 | libgcc-s1 | libstdc++6 | adduser) continue ;; esac
    [[ -e /etc/debian_version && $(cat /etc/debian_version) == 12* ]] || continue
    grep -q "install.* $library " "$source/Dockerfile" || fail "Dockerfile does not install $library"
  done
}

installed_packages() { dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | sort; }
apt() { DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" </dev/null; }

purge_packages() {
  apt purge "${new_packages[@]}"
  new_packages=()
}

install_deb() {
  installed_packages >"$directory/before"
  new_packages=(larder)
  apt install --no-install-recommends "$deb"
  mapfile -t new_packages < <(installed_packages | comm -13 "$directory/before" -)
}

# The very command of the unit, with a socket of our own.
as_installed() {
  local command
  read -ra command < <(sed -n 's/^ExecStart=//p' /lib/systemd/system/larder.service)
  start setpriv --reuid larder --regid larder --init-groups "${command[@]}"
  serves
  [[ $(ps -o user= -p "$(ask INFO server | tr -d '\r' | sed -n 's/^process_id://p')") == larder ]] || fail 'not run as larder'
}

test_deb_installed() {
  install_deb
  getent passwd larder
  [[ $(stat -c '%U:%G %a' /etc/larder/larder.conf) == 'larder:larder 640' ]] || fail 'rights of the conf file'
  [[ $(stat -c '%U:%G %a' /var/lib/larder) == 'larder:larder 750' ]] || fail 'rights of the working directory'
  if command -v systemd-analyze >/dev/null; then systemd-analyze verify /lib/systemd/system/larder.service; fi
  as_installed
  # CONFIG REWRITE as the service's user; the change outlives a second installation.
  ask CONFIG SET maxmemory 12mb
  ask CONFIG REWRITE
  stop
  apt install --reinstall -o DPkg::Options::=--force-confold "$deb"
  as_installed
  [[ $(ask CONFIG GET maxmemory | tail -n 1) == 12582912 ]] || fail 'the rewritten conf file was lost'
  stop
  purge_packages
  local left
  for left in /usr/bin/larder /etc/larder /var/lib/larder /lib/systemd/system/larder.service; do
    [[ ! -e $left ]] || fail "left behind: $left"
  done
  ! getent passwd larder || fail 'left behind: the user'
}

# run_test NAME FUNCTION
run_test() {
  local result=0 log=$directory/$1.log
  set +e
  (trap clean_up EXIT && set -e && "$2") >"$log" 2>&1
  result=$?
  set -e
  cat "$log"
  if ((result == 0)); then passed=$((passed + 1)) && echo "$1 ... passed"
  else failed=$((failed + 1)) && echo "$1 ... failed"
  fi
}

# What a test that failed half-way has left running or installed.
clean_up() {
  [[ -z $server ]] || kill "$server" 2>/dev/null || true
  ((${#new_packages[@]} == 0)) || purge_packages
}

why_not_install() {
  if ((EUID != 0)); then echo 'not root'
  elif [[ ${CI:-} != true ]]; then echo 'changes the machine: only with CI=true'
  elif dpkg-query -W larder >/dev/null 2>&1; then echo 'a package larder is installed already'
  elif getent passwd larder >/dev/null; then echo 'there is a user larder already'
  fi
}

run_test install test_install
run_test deb-contents test_deb_contents
deb=$(compgen -G "$directory/deb/larder_*.deb" || true)
run_test image-libraries test_image_libraries
reason=$(why_not_install)
if [[ -z $reason ]]; then run_test deb-installed test_deb_installed
else skipped=1 && echo "deb-installed ... skipped $reason"
fi
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0))
