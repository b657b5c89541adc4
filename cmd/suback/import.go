package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/durable"
	"github.com/suback/suback/emulator/near"
	"github.com/suback/suback/emulator/stack"
	"github.com/suback/suback/emulator/tree"
)

// importFlags are what suback import understands.
type importFlags struct {
	options stack.Options
	strict  bool
}

func (p *program) importTemplates(ctx context.Context) error {
	f := importFlags{options: stack.Options{Parameters: map[string]string{}}}
	fset := p.flags("import")
	fset.StringVar(&f.options.Out, "out", "", "`file` to write; paths in it are relative to it; default: standard output")
	fset.StringVar(&f.options.Region, "region", "", "`region` of the deployment; default us-east-1")
	fset.StringVar(&f.options.Account, "account-id", "", "its account, `12 digits`; default 000000000000")
	fset.BoolVar(&f.strict, "strict", false, "exit code 1 if something is left out")
	fset.Func("parameter", "the value of a parameter of a template, `Key=Value`; may be given several times",
		func(text string) error {
			key, value, is := strings.Cut(text, "=")
			if !is || key == "" {
				return errors.New("want Key=Value")
			}
			f.options.Parameters[key] = value
			return nil
		})
	paths, err := p.parseWith(fset)
	switch {
	case err != nil:
		return err
	case len(paths) == 0:
		return usageError{errors.New("import: want a template, or - for standard input")}
	}
	files, err := templatesOf(paths)
	if err != nil {
		return err
	}
	return p.imported(ctx, f, files)
}

// templatesOf reads the templates, no more of each than is taken.
func templatesOf(paths []string) (files []stack.File, err error) {
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return nil, usageError{fmt.Errorf("%s is a folder, want a template", path)}
		}
		in := io.ReadCloser(os.Stdin)
		if path != "-" {
			if in, err = os.Open(path); errors.Is(err, fs.ErrNotExist) {
				return nil, noFile(path)
			}
			if err != nil {
				return nil, err
			}
		}
		text, err := io.ReadAll(io.LimitReader(in, tree.MaxFile+1))
		_ = in.Close() // it was only read
		if err != nil {
			return nil, err
		}
		files = append(files, stack.File{Name: path, Text: text})
	}
	return files, nil
}

// isTerraform: a file of Terraform's, or a plan as terraform show -json prints it.
func isTerraform(f stack.File) bool {
	return strings.HasSuffix(f.Name, ".tf") || bytes.Contains(f.Text[:min(len(f.Text), 200)], []byte(`"format_version"`))
}

// imported writes what comes of the templates, and what has to be said about it.
func (p *program) imported(ctx context.Context, f importFlags, files []stack.File) error {
	result, err := stack.Import(ctx, files, f.options)
	if wrong := (*stack.ParameterError)(nil); errors.As(err, &wrong) {
		return usageError{err}
	}
	if err != nil && slices.ContainsFunc(files, isTerraform) {
		return hinted{err, "Terraform itself applies its files to a gateway that runs: suback, then " +
			"eval \"$(suback env)\" && terraform apply; suback export prints what came of it"}
	}
	if err != nil {
		return err
	}
	if err := p.writeImported(f.options.Out, result); err != nil {
		return err
	}
	for _, n := range result.Notes {
		fmt.Fprintln(p.stderr, n)
	}
	if f.strict && result.LeftOut() {
		return errNo
	}
	return nil
}

// writeImported writes the result, in place of one that this verb has written, but of no other file.
// What has a value that is NoEcho in its template, its owner alone may read.
func (p *program) writeImported(out string, result stack.Result) error {
	if out == "" {
		_, err := p.stdout.Write(result.Text)
		return err
	}
	if info, err := os.Stat(filepath.Dir(out)); err != nil || !info.IsDir() {
		return fmt.Errorf("--out: there is no folder %q", filepath.Dir(out))
	}
	if err := mayReplace(out); err != nil {
		return err
	}
	mode := fs.FileMode(0o644)
	if result.IsSecret {
		mode = 0o600
	}
	if err := durable.Replace(out, mode, result.Text); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return nil
}

// mayReplace wants a file that is not there, that is empty, or that this verb has written.
func mayReplace(out string) error {
	info, err := os.Lstat(out)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("--out: %w", err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("--out: %s is no plain file", out)
	case info.Size() == 0:
		return nil
	}
	f, err := os.Open(out)
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	defer f.Close()
	head := make([]byte, len(stack.Head))
	if _, err := io.ReadFull(f, head); err != nil || string(head) != stack.Head {
		return hinted{fmt.Errorf("--out: %s is there and was not written by suback import", out),
			"give --out another name, or remove the file"}
	}
	return nil
}

// noFile says which template of the folder may be meant.
func noFile(path string) error {
	folder, name := filepath.Split(path)
	var names []string
	entries, _ := os.ReadDir(filepath.Clean(folder)) // what cannot be read has no better name
	for _, e := range entries {
		if slices.Contains([]string{".yaml", ".yml", ".json", ".template"}, filepath.Ext(e.Name())) {
			names = append(names, e.Name())
		}
	}
	text := fmt.Sprintf("there is no file %q", path)
	if meant := near.Name(name, names); meant != "" {
		text += fmt.Sprintf(", is %q meant?", folder+meant)
	}
	return usageError{errors.New(text)}
}
