package authn

// JudgeAnswer says what the gateway makes of an authorizer's answer for who has no
// certificate: what it has against it, an *Error, or else what is noted about it.
func JudgeAnswer(answer []byte) ([]Note, error) {
	g, err := readAnswer(answer, "", nil)
	if err != nil {
		return nil, err
	}
	return g.Notes, nil
}
