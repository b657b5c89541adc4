# Every resource of Terraform's AWS provider that has what it needs here. With
# changed = true what can change in place does.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "endpoint" {}
variable "folder" {}

variable "changed" {
  default = false
}

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true

  endpoints {
    acm    = var.endpoint
    iot    = var.endpoint
    lambda = var.endpoint
    sts    = var.endpoint
  }

  default_tags {
    tags = { team = var.changed ? "pipes" : "pumps" }
  }
}

data "aws_caller_identity" "me" {}
data "aws_iot_endpoint" "data" { endpoint_type = "iot:Data-ATS" }
data "aws_iot_registration_code" "code" {}

output "endpoint" { value = data.aws_iot_endpoint.data.endpoint_address }
output "account" { value = data.aws_caller_identity.me.account_id }

resource "aws_lambda_function" "door" {
  function_name    = "door"
  description      = var.changed ? "lets them in" : "keeps them out"
  role             = "arn:aws:iam::000000000000:role/door"
  runtime          = "nodejs22.x"
  handler          = "index.handler"
  timeout          = var.changed ? 5 : 3
  filename         = var.changed ? "${var.folder}/door2.zip" : "${var.folder}/door.zip"
  source_code_hash = filebase64sha256(var.changed ? "${var.folder}/door2.zip" : "${var.folder}/door.zip")
  environment {
    variables = { PASSWORD = var.changed ? "b" : "a" }
  }
}

resource "aws_lambda_permission" "door" {
  statement_id  = "iot"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.door.function_name
  principal     = "iot.amazonaws.com"
  source_arn    = aws_iot_authorizer.door.arn
}

resource "aws_iot_authorizer" "door" {
  name                    = "door"
  authorizer_function_arn = aws_lambda_function.door.arn
  signing_disabled        = true
  status                  = "ACTIVE"
  enable_caching_for_http = var.changed
}

resource "aws_iot_authorizer" "signed" {
  name                    = "signed"
  authorizer_function_arn = aws_lambda_function.door.arn
  status                  = var.changed ? "INACTIVE" : "ACTIVE"
  token_key_name          = var.changed ? "other" : "token"
  token_signing_public_keys = {
    key = file("${var.folder}/public.pem")
  }
}

resource "aws_acm_certificate" "imported" {
  certificate_body = file(var.changed ? "${var.folder}/server2.pem" : "${var.folder}/server.pem")
  private_key      = file(var.changed ? "${var.folder}/server2.key" : "${var.folder}/server.key")
}

resource "aws_acm_certificate" "requested" {
  domain_name               = "own.example.test"
  subject_alternative_names = ["other.example.test"]
  validation_method         = "DNS"
}

resource "aws_iot_domain_configuration" "own" {
  name                    = "own"
  domain_name             = "own.example.test"
  service_type            = "DATA"
  server_certificate_arns = [aws_acm_certificate.requested.arn]
  status                  = var.changed ? "DISABLED" : "ENABLED"
  authorizer_config {
    allow_authorizer_override = var.changed
    default_authorizer_name   = aws_iot_authorizer.door.name
  }
}

resource "aws_iot_policy" "pump" {
  name = "pump"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = var.changed ? ["iot:Connect"] : ["iot:*"], Resource = "*" }]
  })
}

resource "aws_iot_certificate" "made" { active = !var.changed }

resource "aws_iot_certificate" "csr" {
  csr    = file("${var.folder}/device.csr")
  active = true
}

resource "aws_iot_certificate" "own" {
  certificate_pem = file("${var.folder}/device.pem")
  ca_pem          = file("${var.folder}/ca.pem")
  active          = !var.changed
  depends_on      = [aws_iot_ca_certificate.own]
}

resource "aws_iot_certificate" "without_ca" {
  certificate_pem = file("${var.folder}/lone.pem")
  active          = true
}

resource "aws_iot_ca_certificate" "own" {
  active                       = true
  ca_certificate_pem           = file("${var.folder}/ca.pem")
  verification_certificate_pem = file("${var.folder}/verification.pem")
  allow_auto_registration      = var.changed
}

resource "aws_iot_ca_certificate" "sni" {
  active                  = !var.changed
  certificate_mode        = "SNI_ONLY"
  ca_certificate_pem      = file("${var.folder}/sni.pem")
  allow_auto_registration = true
}

resource "aws_iot_policy_attachment" "pump" {
  policy = aws_iot_policy.pump.name
  target = aws_iot_certificate.made.arn
}

resource "aws_iot_role_alias" "camera" {
  alias               = "camera"
  role_arn            = "arn:aws:iam::000000000000:role/camera"
  credential_duration = var.changed ? 900 : 3600
}

resource "aws_iot_billing_group" "north" {
  name = "north"
  properties { description = var.changed ? "all of the north" : "the north" }
}

resource "aws_iot_thing" "pump" {
  name       = "pump-7"
  attributes = { site = var.changed ? "south" : "north" }
}

resource "aws_iot_thing_principal_attachment" "pump" {
  thing     = aws_iot_thing.pump.name
  principal = aws_iot_certificate.made.arn
}

resource "aws_iot_thing_group" "site" {
  name = "site"
}

resource "aws_iot_thing_group" "hall" {
  name              = "hall"
  parent_group_name = aws_iot_thing_group.site.name
  properties {
    description = var.changed ? "the second hall" : "the hall"
    attribute_payload {
      attributes = { floor = var.changed ? "2" : "1" }
    }
  }
}

resource "aws_iot_thing_group_membership" "pump" {
  thing_name       = aws_iot_thing.pump.name
  thing_group_name = aws_iot_thing_group.hall.name
}

resource "aws_iot_logging_options" "all" {
  default_log_level = var.changed ? "INFO" : "WARN"
  role_arn          = "arn:aws:iam::000000000000:role/logger"
}

resource "aws_iot_event_configurations" "all" {
  event_configurations = {
    "THING"                  = var.changed
    "THING_GROUP"            = false
    "THING_TYPE"             = false
    "THING_GROUP_MEMBERSHIP" = false
    "THING_GROUP_HIERARCHY"  = false
    "THING_TYPE_ASSOCIATION" = false
    "JOB"                    = false
    "JOB_EXECUTION"          = false
    "POLICY"                 = false
    "CERTIFICATE"            = true
    "CA_CERTIFICATE"         = false
  }
}

# A type is destroyed five minutes after its deprecation, so the test destroys it
# last.
resource "aws_iot_thing_type" "pump" {
  name = "pump"
  properties {
    description           = "moves water"
    searchable_attributes = ["site"]
  }
}
