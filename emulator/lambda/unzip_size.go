package lambda

import (
	"archive/zip"
	"bytes"
)

// block is how many bytes of a disk even the smallest file takes.
const block = 4096

// UnzippedSize is how many bytes of a disk a deployment package takes once it has been
// unpacked, by what it says of itself; one that does not keep to that cannot be
// unpacked. It is 0 for what is no zip archive.
func UnzippedSize(archive []byte) (size int64) {
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return 0
	}
	for _, f := range z.File {
		size += OnDisk(int64(min(f.UncompressedSize64, MaxUnzipped)))
	}
	return size
}

// OnDisk is how many bytes of a disk a file of that size takes.
func OnDisk(size int64) int64 { return max(1, (size+block-1)/block) * block }
