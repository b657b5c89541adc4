package authn

// What to try where a rule alone was named once: about answers, tokens and
// signatures.
const (
	//
	hintSignatureForm = "send the signature in standard base64 on one line, percent-encoded " +
		"once: + as %2B, / as %2F, = as %3D"
	// [B-117]
	hintDocuments = "name the list policyDocuments, with one policy that allows " +
		"iot:Connect on the client at least"
	// [B-115]
	hintMany = "put the statements of several policies into one: a document has as " +
		"many statements as its 2048 characters hold"
	// [B-116]
	hintLong = "use variables and wildcards in place of lists, or spread the " +
		"statements over up to 10 documents of 2048 characters"
	// [B-114]
	hintDocument = `write each as {"Version": "2012-10-17", "Statement": [{"Effect": ` +
		`"Allow", "Action": "iot:…", "Resource": "arn:aws:iot:…"}]}`
	//
	hintFailed = "read the function's log, which this gateway's log has too, and run it " +
		"alone with suback invoke"
	//
	hintThrottled = "raise the function's reserved concurrency, or let fewer clients connect at once"
	//
	hintRefused = "the function did as it is written: look at what it compares in its " +
		"log, or run it alone with suback invoke"
	//
	hintDisabled = "set domainConfigurationStatus to ENABLED, or connect to another name"
	//
	hintUnsigned = "sign the request with SigV4, in the query or in the header Authorization"
	//
	hintIncomplete = "let an AWS SDK sign it, or send all of X-Amz-Algorithm, -Credential, " +
		"-Date, -SignedHeaders and -Signature, host among what is signed"
	//
	hintNotRegisterable = "correct the certificate or what is registered already, or register it " +
		"yourself with RegisterCertificate"
)
