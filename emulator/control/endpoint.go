package control

import (
	"cmp"
	"context"
)

// DescribeEndpoint
//
//   - the host alone, without scheme or port
//   - without a type, iot:Data is meant
//   - the types there are, and those that are refused, are Options.Endpoint's
//     to say

func (s *service) endpointOperations() operations {
	return operations{"DescribeEndpoint": register(s.describeEndpoint)}
}

type describeEndpointInput struct {
	EndpointType string `json:"endpointType"`
}

type describeEndpointOutput struct {
	EndpointAddress string `json:"endpointAddress"`
}

func (s *service) describeEndpoint(
	_ context.Context, in describeEndpointInput,
) (describeEndpointOutput, error) {
	host, err := s.Endpoint(cmp.Or(in.EndpointType, "iot:Data"))
	if err != nil {
		return describeEndpointOutput{}, refuse(invalidRequest, "%s", err)
	}
	return describeEndpointOutput{host}, nil
}
