package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/pki"
	"github.com/suback/suback/emulator/printed"
)

// ca prints the certificate of the authority, which is made if there is none yet.
func (p *program) ca(context.Context) error {
	fs := p.flags("ca")
	state := fs.String("state", "", "`folder` given to suback serve")
	if err := p.parse(fs); err != nil {
		return err
	}
	dir := p.caDir(*state)
	if dir == "" {
		return hinted{errors.New("there is no folder that the certificate authority is kept in"),
			"give --state, or fetch /_suback/ca.pem from the running gateway"}
	}
	_, missing := os.Stat(dir)
	ca, err := pki.Open(dir)
	if err != nil {
		return err
	}
	if missing != nil {
		fmt.Fprintf(p.stderr, "suback: warning: %s was not there: this is a new CA, of no gateway that runs\n",
			printed.Line(dir))
	}
	for _, w := range ca.Warnings() {
		fmt.Fprintf(p.stderr, "suback: warning: %s\n", w)
	}
	_, err = p.stdout.Write(ca.PEM())
	return err
}

// env prints shell assignments that point AWS SDKs and CLIs at the gateway.
func (p *program) env(context.Context) error {
	fs := p.flags("env")
	var addr string
	httpFlag(fs, &addr)
	file := fs.String("config", "", "configuration `file`")
	account := fs.String("account", "", "`name` of the account; default: that of the file itself")
	served := fs.Bool("served", false,
		"leave AWS_ENDPOINT_URL out: only calls for services that are here come here")
	if err := p.parse(fs); err != nil {
		return err
	}
	o, err := options(*file)
	if err != nil {
		return err
	}
	url := baseURL(cmp.Or(listenerOf(o, addr), addr))
	region := cmp.Or(o.Config.Region, "us-east-1")
	if *account != "" {
		if err := config.CheckAccountName(*account); err != nil {
			return usagef("--account: %w", err)
		}
		url += "/_suback/accounts/" + *account
		if c := o.Config.Accounts[*account]; c != nil {
			region = cmp.Or(c.Region, region)
		}
	}
	theirs := slices.DeleteFunc(slices.Clone(theirKeys), func(name string) bool { return p.getenv(name) == "" })
	if len(theirs) > 0 {
		fmt.Fprintf(p.stdout, "unset %s\n", strings.Join(theirs, " "))
	}
	for _, v := range awsEnvironment(url, region, *served) {
		fmt.Fprintf(p.stdout, "export %s=%s\n", v[0], forShell(v[1]))
	}
	return nil
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9._:/@%+,=-]*$`)

// forShell is a text as one word of a shell: it may come from a configuration that somebody else wrote.
func forShell(text string) string {
	if plainWord.MatchString(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// theirKeys are variables of the user's that would go before the gateway's keys, or with them: Node.js' SDK
// reads the profile in their place, a token of other keys is signed, and boto3 takes them for expired.
var theirKeys = []string{"AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CREDENTIAL_EXPIRATION",
	"AWS_PROFILE", "AWS_DEFAULT_PROFILE"}

// awsEnvironment points AWS SDKs and CLIs at a URL.
func awsEnvironment(url, region string, served bool) (all [][2]string) {
	if !served { // with these keys, no call for another service should leave this machine: it gets 501 here
		all = append(all, [2]string{"AWS_ENDPOINT_URL", url})
	}
	return append(all, [][2]string{
		{"AWS_ENDPOINT_URL_IOT", url},
		{"AWS_ENDPOINT_URL_IOT_DATA_PLANE", url},
		{"AWS_ENDPOINT_URL_STS", url},
		{"AWS_ENDPOINT_URL_COGNITO_IDENTITY", url},
		{"AWS_ENDPOINT_URL_LAMBDA", url},
		{"AWS_ENDPOINT_URL_ACM", url},
		{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false"}, // by true SDKs would go to AWS all the same
		{"AWS_REGION", region},
		{"AWS_DEFAULT_REGION", region},
		{"AWS_ACCESS_KEY_ID", "test"},
		{"AWS_SECRET_ACCESS_KEY", "test"},
	}...)
}

// listenerOf is the http address of a configuration, unless the flag says more
// than its default.
func listenerOf(o emulator.Options, flag string) string {
	if flag != defaultHTTP {
		return flag
	}
	return o.Config.Listeners.HTTP
}

func (p *program) version(context.Context) error {
	if err := p.parse(p.flags("version")); err != nil {
		return err
	}
	version := "(unknown)"
	if info, ok := debug.ReadBuildInfo(); ok {
		version = info.Main.Version
	}
	fmt.Fprintf(p.stdout, "suback %s\n", version)
	return nil
}
