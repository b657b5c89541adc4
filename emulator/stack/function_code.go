package stack

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"

	"github.com/suback/suback/emulator/lambda"
	"github.com/suback/suback/emulator/tree"
)

// Code that stands in a template, and code that was packaged.

// maxInline is how much code a template may have in it, as in CloudFormation: bytes.
const maxInline = 4 << 20

// maxArchives is how much the archives of all functions may have that are read: bytes.
const maxArchives = 16 << 20

// codeInline has the code in the template: a file named index, as CloudFormation makes it.
func (r *resource) codeInline(e *entry, text string) {
	file := "index.js"
	if strings.HasPrefix(scalarOf(e.node, "runtime"), "python") {
		file = "index.py"
	}
	if len(text) > maxInline {
		r.leaveFunction(e, "its code has more than %d bytes", maxInline)
		return
	}
	archive := new(bytes.Buffer)
	w := zip.NewWriter(archive)
	f, err := w.CreateHeader(&zip.FileHeader{Name: file, Method: zip.Deflate})
	if err == nil {
		_, err = f.Write([]byte(text))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		r.leaveFunction(e, "its code: %v", err)
		return
	}
	e.set("zipFile", textNode(base64.StdEncoding.EncodeToString(archive.Bytes())))
	e.node.Content[len(e.node.Content)-2].HeadComment = file + ", as the template has it"
}

// codeOfPackage has the code where it was taken from: by CDK, which notes its folder; by the
// Serverless Framework, the folder above .serverless. Else it is in S3, and not here.
func (r *resource) codeOfPackage(e *entry, code *tree.Value) {
	if asset := r.body.Path("Metadata", "aws:asset:path").String(); asset != "" {
		r.codeAt(e, asset)
		return
	}
	absolute, err := filepath.Abs(r.t.dir)
	if err != nil || filepath.Base(absolute) != ".serverless" {
		r.leaveFunction(e, "its code is in S3; import the template before it was packaged")
		return
	}
	service := filepath.Join(r.t.dir, "..")
	err = lambda.CheckCode(scalarOf(e.node, "runtime"), service, scalarOf(e.node, "handler"))
	if err == nil {
		e.set("code", textNode(here(r.t.out.relative(service))))
		return
	}
	key, _ := scalar(code.Get("S3Key"))
	file := filepath.Join(r.t.dir, filepath.Base(filepath.FromSlash(key)))
	info, missing := os.Stat(file)
	if filepath.Ext(key) != ".zip" || missing != nil || !info.Mode().IsRegular() || info.Size() > maxInline {
		r.leaveFunction(e, "%v", err)
		return
	}
	if r.t.out.archives += info.Size(); r.t.out.archives > maxArchives {
		r.leaveFunction(e, "archives of all functions have more than %d bytes", maxArchives)
		return
	}
	archive, unread := os.ReadFile(file)
	if unread != nil {
		r.leaveFunction(e, "%v", err)
		return
	}
	e.set("zipFile", textNode(base64.StdEncoding.EncodeToString(archive)))
}
