# What ./build, ./test and ./run share: checks for what they need, and installs it where that is possible.
# Sourced by bash with the repository's root as working directory.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# Debian keeps tcpdump, bpftool, nft and others where an ordinary user's PATH does not look.
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

BUILD_PACKAGES=(clang llvm libbpf-dev libbpf1 linux-libc-dev)
RUN_PACKAGES=(libbpf1)
LAB_PACKAGES=(
    conntrack curl dnsmasq-base ethtool iproute2 iptables iputils-ping nftables nginx-light prometheus redis-server
    redis-tools tcpdump
)
# Those who attack, in the lab.
FAULT_PACKAGES=(hping3 nmap)
TEST_PACKAGES=(
    "${LAB_PACKAGES[@]}" "${FAULT_PACKAGES[@]}"
    bpftool buildah clang-format fish golang-github-ghodss-yaml-dev golang-github-masterminds-sprig-dev
    golang-github-xeipuuv-gojsonschema-dev golang-go iperf3 libcap2-bin python3-jsonschema python3-yaml
    socat tmux tshark zsh
)
# kubectl comes from several packagers, whose packages exclude one another: any will do.
command -v kubectl >/dev/null || TEST_PACKAGES+=(kubernetes-client)

say() { printf '%s\n' "$*" >&2; }

die() {
    say "error: $*"
    exit 1
}

# attempt COMMAND...: three times at most, with a pause: a package mirror or feed may be briefly out of reach.
attempt() {
    local left=3
    until "$@"; do
        ((--left)) || return 1
        say "failed, once more in 10 s: $*"
        sleep 10
    done
}

# The .NET SDK 10, wherever its installers put it. Never installed from here.
require_dotnet() {
    local place
    for place in "" "${DOTNET_ROOT:-}" "$HOME/.dotnet" /usr/share/dotnet /usr/lib/dotnet; do
        [[ -z $place ]] || PATH="$place:$PATH"
        if command -v dotnet >/dev/null && dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; then
            return
        fi
    done
    say "missing: the .NET SDK 10. Get it from https://dotnet.microsoft.com/download/dotnet/10.0, or with"
    say "    curl -sSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0"
    say "which installs it in ~/.dotnet, where these scripts find it."
    exit 1
}

# require_packages NAME...: Debian packages that must be installed; as root, installs those that are not.
require_packages() {
    command -v dpkg-query >/dev/null ||
        die "this needs a Debian system (or another with the contents of its packages $* and dpkg to say so)"
    local missing=() name
    for name in "$@"; do
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || missing+=("$name")
    done
    ((${#missing[@]})) || return 0
    if ((EUID)); then
        say "missing: ${missing[*]}. Install with"
        say "    sudo apt-get install --no-install-recommends ${missing[*]}"
        exit 1
    fi
    say "installing Debian packages: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    # Services of test packages (nginx, prometheus) must not start: the tests run their own. See policy-rc.d(8). One of ours may be
    # there already, from a run that was killed.
    local policy=/usr/sbin/policy-rc.d wrote= mark="# Of NetMon's scripts, while they install packages."
    if [[ ! -e $policy ]] || grep -q -s -x -F "$mark" "$policy"; then
        printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >"$policy"
        chmod 755 "$policy"
        wrote=1
    fi
    local status=0
    install_packages "${missing[@]}" || attempt install_with_news "${missing[@]}" || status=$?
    [[ -z $wrote ]] || rm -f "$policy"
    ((status == 0)) || die "apt-get could not install: ${missing[*]}"
}

install_packages() {
    apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@" </dev/null >&2
}

# With what the mirrors have now, and after what an installation that was killed left half done.
install_with_news() {
    dpkg --configure -a </dev/null >&2 || true
    apt-get update -q -o Acquire::Retries=3 </dev/null >&2 && install_packages "$@"
}

# mount_if_absent TYPE DIRECTORY: a kernel file system that the tests read.
mount_if_absent() {
    mountpoint -q "$2" && return
    if ((EUID)) || ! mount -t "$1" "$1" "$2" 2>/dev/null; then
        say "note: $2 is not mounted ($1); tests that need it are skipped"
    fi
}
