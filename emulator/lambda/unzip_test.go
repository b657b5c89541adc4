package lambda

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A zipped file has a link's target as its text.
type zipped struct {
	name, text string
	mode       fs.FileMode
}

func archive(t testing.TB, files ...zipped) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate}
		h.SetMode(f.mode)
		w, err := z.CreateHeader(h)
		if err == nil {
			_, err = w.Write([]byte(f.text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestUnzip(t *testing.T) {
	tests := []struct {
		name    string
		archive []byte
		want    []string // "path mode text"
		wantErr string
		source  string
	}{
		{"files", archive(t, zipped{"index.mjs", "x", 0o644}, zipped{"lib/a.js", "y", 0o600}, zipped{"bootstrap", "#!", 0o755}),
			[]string{"bootstrap -rwxr-xr-x #!", "index.mjs -rw-r--r-- x", "lib/a.js -rw-r--r-- y"}, "", "Lambda: deployment packages"},
		{"folder", archive(t, zipped{"lib/", "", fs.ModeDir | 0o755}, zipped{"lib/a.py", "y", 0o644}), []string{"lib/a.py -rw-r--r-- y"}, "",
			"zip"},
		{"backslash", archive(t, zipped{`lib\a.py`, "y", 0o644}), []string{"lib/a.py -rw-r--r-- y"}, "", "zip made on Windows"},
		{"twice", archive(t, zipped{"a", "1", 0o644}, zipped{"a", "2", 0o644}), []string{"a -rw-r--r-- 2"}, "", "zip"},
		{"link", archive(t, zipped{"a", "1", 0o644}, zipped{"lib/b", "../a", fs.ModeSymlink | 0o777}),
			[]string{"a -rw-r--r-- 1", "lib/b -rw-r--r-- 1"}, "", "node_modules/.bin"},
		{"up", archive(t, zipped{"../a", "1", 0o644}), nil, `"../a" in the archive: is not below the archive's root`, "security"},
		{"absolute", archive(t, zipped{"/a", "1", 0o644}), nil, `"/a" in the archive: is not below the archive's root`, "security"},
		{"link up", archive(t, zipped{"b", "../a", fs.ModeSymlink | 0o777}), nil, `"b" in the archive: is a link out of the archive`, "security"},
		{"absolute link", archive(t, zipped{"b", "/etc", fs.ModeSymlink | 0o777}), nil, `"b" in the archive: is a link out of the archive`,
			"security"},
		{"deep", archive(t, zipped{strings.Repeat("d/", 200) + "a", "1", 0o644}), []string{strings.Repeat("d/", 200) + "a -rw-r--r-- 1"}, "",
			"design"},
		{"deeper", archive(t, zipped{strings.Repeat("d/", 201) + "a", "1", 0o644}), nil,
			`"` + strings.Repeat("d/", 201) + `a" in the archive: lies in 201 folders, want at most 200`, "security"},
		{"no zip", []byte("hello"), nil, "is no zip archive", "Lambda: CreateFunction"},
		{"nothing", nil, nil, "is no zip archive", "Lambda: CreateFunction"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			folder := t.TempDir()
			err := Unzip(tt.archive, folder)
			if got := errorText(err); got != tt.wantErr {
				t.Fatalf("got error %q, want %q (%s)", got, tt.wantErr, tt.source)
			}
			if got := listing(t, folder); strings.Join(got, "\n") != strings.Join(tt.want, "\n") && err == nil {
				t.Errorf("got %q, want %q (%s)", got, tt.want, tt.source)
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func listing(t testing.TB, folder string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		info, err := os.Stat(path)
		name, _ := filepath.Rel(folder, path)
		files = append(files, filepath.ToSlash(name)+" "+info.Mode().String()+" "+string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func FuzzUnzip(f *testing.F) {
	f.Add(archive(f, zipped{"a/b", "1", 0o644}, zipped{"c", "a/b", fs.ModeSymlink | 0o777}))
	f.Add([]byte("PK\x05\x06"))
	f.Fuzz(func(t *testing.T, data []byte) {
		parent := t.TempDir()
		folder := filepath.Join(parent, "code")
		if err := os.Mkdir(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		Unzip(data, folder)
		if entries, err := os.ReadDir(parent); err != nil || len(entries) != 1 {
			t.Errorf("got %v, %v beside the folder, want nothing (security)", entries, err)
		}
	})
}
