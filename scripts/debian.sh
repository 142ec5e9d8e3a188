# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# To be sourced from the root of the tree: packages of Debian for arm64,
# downloaded and unpacked by a private apt, which verifies Debian's signatures;
# the system's own packages are not touched.

suite=trixie
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
cache=$PWD/.cache
apt=$cache/apt

say() {
	echo "$(basename "$0" .sh): $*"
}

die() {
	say "$*" >&2
	exit 1
}

# The mirrors of this machine's own Debian release, best first. Once apt has
# its lists it knows which of them are Debian's; before, only what is written.
machine_mirrors() {
	codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
	# shellcheck disable=SC2016 # the format is apt's, not the shell's
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' \
		'Origin: Debian' "Codename: $codename" || :
	apt-get update --print-uris |
		sed -En "s,^'(.+)/dists/($codename|stable)/main/.*,\1,p"
}

mirror() {
	if [ -n "${REEVE_MIRROR-}" ]; then
		echo "$REEVE_MIRROR"
		return
	fi
	machine_mirrors | sed '/^cdrom:/d; s,/$,,' | head -n 1
}

# Everything that differs from the machine's apt: where it keeps its state,
# what it reads, for which architecture. Proxies and the like stay.
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

update_lists() {
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

# The newest version of a package.
newest() {
	apt-cache -c "$apt/apt.conf" madison "$1" |
		awk -F ' *[|] *' 'NR == 1 { print $2 }'
}

# Downloads packages, verified by apt, and unpacks them into $tree, a new folder
# that goes with the script.
unpack() {
	tree=$(mktemp -d "$cache/unpack.XXXXXX")
	trap 'rm -rf "$tree"' EXIT
	(cd "$tree" && apt-get -c "$apt/apt.conf" -qq download "$@") ||
		die "cannot download: $*"
	for deb in "$tree"/*.deb; do
		dpkg-deb -x "$deb" "$tree"
	done
}

# The one path of that type and shape below the unpacked tree.
find_one() {
	found=$(find "$tree" -type "$1" -path "$2" -prune)
	[ -e "$found" ] || die "not exactly one $2 in the packages"
	echo "$found"
}
