package control

import "context"

// The registration code, which a verification certificate bears

func (s *service) registrationCodeOperations() operations {
	return operations{
		"GetRegistrationCode":    register(s.getRegistrationCode),
		"DeleteRegistrationCode": register(s.deleteRegistrationCode),
	}
}

type registrationCode struct {
	RegistrationCode string `json:"registrationCode"`
}

func (s *service) getRegistrationCode(context.Context, none) (registrationCode, error) {
	code, err := s.registry.RegistrationCode()
	return registrationCode{code}, err
}

func (s *service) deleteRegistrationCode(context.Context, none) (none, error) {
	return none{}, s.registry.DeleteRegistrationCode()
}
