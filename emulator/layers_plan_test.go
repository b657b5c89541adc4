package emulator_test

// layers are the plans of the packages that assemble others, and of the broker's.
var layers = map[string]plan{
	"emulator": {
		layers: []string{
			"doc testing embedded",
			"emulator",
			"close reload",
			"listen",
			"handler",
			"copies",
			"accounts_life export",
			"door",
			"domain",
			"whose",
			"accounts gateway",
			"account",
			"options bounds config",
		},
		up: map[string]string{
			"listen: start": "an account that is made while the emulator runs listens at once",
		},
	},
	"emulator/account": {
		layers: []string{
			"doc account",
			"answer reload body domain present",
			"route trial may_run",
			"setup close",
			"soracom",
			"invoke",
			"keeper files",
			"state_file",
			"strangers disorder initial state_older trace visits guard",
			"options",
		},
	},
	"emulator/admin": {
		layers: []string{
			"doc admin",
			"accounts disorder export rules metrics",
			"answer",
		},
	},
	"hooks": {
		layers: []string{
			"doc serve hook upgrade",
			"connect publish subscribe disconnect review lifetime deliver submit direct",
			"route services lanes",
			"notes traffic presence filters enrich",
			"rates disorder reserved",
			"properties line limits",
			"client connections versions hints answer",
		},
		up: map[string]string{
			"hook: encode":            "what each packet is answered with",
			"hook: reply":             "likewise",
			"connect: refuseConnect":  "a will on a reserved topic refuses its CONNECT",
			"disconnect: ended":       "who takes a client id over waits for the end of who had it",
			"disconnect: endOnRecord": "likewise, and ends it",
			"disconnect: endFor":      "a hint that ends a connection says so where it is found",
			"publish: puback":         "a publish over the rate is answered in its place",
			"review: Announce":        "what AWS publishes of itself goes by one door",
			"route: event":            "a message says of itself what is written down of it",
			"submit: checkSubmit":     "a message of no packet is judged as one by HTTPS",
			"subscribe: event":        "a filter says of itself what is written down of it",
			"notes: note":             "disorder is told where it takes effect",
			"traffic: traceIDOf":      "a publish over the rate is told by its trace id",
		},
	},
}
