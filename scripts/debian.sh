# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# Other scripts source this file; $scripts is their folder, with this file in
# it. It downloads and unpacks packages of Debian for arm64 with a private apt,
# which verifies Debian's signatures. The system's own packages are not touched.
#   REEVE_CACHE   the folder in which everything is kept, if not .cache beside
#                 $scripts

suite=trixie
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
# shellcheck disable=SC2154 # the script that sources this sets $scripts
cache=${REEVE_CACHE:-${scripts%/*}/.cache}
apt=$cache/apt
# shellcheck source=scripts/mirror.sh
. "$scripts/mirror.sh"

say() {
	echo "$(basename "$0" .sh): $*"
}

die() {
	say "error: $*" >&2
	exit 1
}

# Prints all settings that differ from the machine's apt: the places of its
# state, the files that it reads, and the architecture. Others, such as proxies,
# stay as they are.
private_apt_config() {
	cat <<END
#clear APT::Architectures;
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
APT::Sandbox::User "";
APT::Update::Error-Mode "any";
Dir::State "$apt/state";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
Dir::Cache::pkgcache "pkgcache.bin";
Dir::Cache::srcpkgcache "srcpkgcache.bin";
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Acquire::Languages "none";
END
}

private_apt_sources() {
	echo "deb [arch=arm64 signed-by=$keyring] $1 $suite main"
	echo "deb [arch=arm64 signed-by=$keyring] $1 $suite-backports main"
}

# Removes what scripts have left that were killed, unless another one fetches.
clean_up() {
	[ -d "$cache" ] || return 0
	(! flock -n 9 || rm -rf "$cache"/unpack.*) 9>"$cache/fetch.lock"
}

# Waits until no other script of this tree fetches. What this script unpacks is removed when it ends; the shell
# does that at a signal only if the signal has a trap.
begin() {
	mkdir -p "$cache"
	exec 9>"$cache/fetch.lock"
	flock -n 9 || {
		say "waiting for another script that fetches packages"
		flock 9
	}
	trap 'rm -rf "$cache"/unpack.*' EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

update_lists() {
	begin
	uri=$(mirror)
	[ -n "$uri" ] || die "apt names no Debian mirror; set REEVE_MIRROR"
	say "reading the package lists of Debian $suite from" \
		"$(echo "$uri" | sed 's,//[^/]*@,//,')"
	mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial"
	: >"$apt/status"
	private_apt_config >"$apt/apt.conf"
	private_apt_sources "$uri" >"$apt/sources.list"
	apt-get -c "$apt/apt.conf" -qq update ||
		die "cannot read them; is there a network?"
}

# Prints the newest version of a package.
newest() {
	apt-cache -c "$apt/apt.conf" madison "$1" |
		awk -F ' *[|] *' 'NR == 1 { print $2 }'
}

# Downloads packages, which apt verifies, and unpacks them into $tree, a new
# folder that stays until the next one is made or the script ends.
unpack() {
	rm -rf "$cache"/unpack.*
	tree=$(mktemp -d "$cache/unpack.XXXXXX")
	(cd "$tree" && apt-get -c "$apt/apt.conf" -qq download "$@") ||
		die "cannot download: $*"
	for deb in "$tree"/*.deb; do
		dpkg-deb -x "$deb" "$tree"
	done
}

# Prints the only path of that type and shape in the unpacked tree.
find_one() {
	found=$(find "$tree" -type "$1" -path "$2" -prune)
	[ -e "$found" ] || die "not exactly one $2 in the packages"
	echo "$found"
}

clean_up
