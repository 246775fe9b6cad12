#!/usr/bin/env bash
# Makes the set of documents anew on Debian 12, as root: installs what it needs, writes test/documents/files and expected.ndjson.
# Times, keys and passwords differ from run to run, so the bytes of some files do; what is right about them does not.
set -euo pipefail
cd "$(dirname "$0")"

packages=(
  libreoffice-writer libreoffice-calc libreoffice-impress libreoffice-draw python3-uno libreoffice-script-provider-python pandoc groff ghostscript imagemagick ffmpeg
  qpdf poppler-utils catdoc antiword docx2txt odt2txt
  libarchive-tools p7zip-full genisoimage mtools arj squashfs-tools lz4 brotli lzip lzop ncompress xz-utils zstd bzip2 binutils gcc
  gnupg openssl openssh-client default-jre-headless djvulibre-bin libjxl-tools libheif-examples
  python3-reportlab python3-openpyxl python3-fonttools python3-brotli python3-numpy python3-scipy python3-h5py python3-netcdf4
  fonts-dejavu-core fonts-noto-cjk fonts-thai-tlwg fonts-hosny-amiri
)
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends "${packages[@]}"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m pip install --quiet --target "$work/lib" msoffcrypto-tool==6.1.0
export MAKE_DOCUMENTS_WORK=$work PYTHONPATH=$work/lib PYTHONDONTWRITEBYTECODE=1
/usr/bin/python3 main.py
/usr/bin/python3 oracles.py
