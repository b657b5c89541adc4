package advise

import (
	"context"
	"time"

	"github.com/suback/suback/emulator/faults"
)

// A Case is one thing that is asked of a device.
type Case struct {
	Name  string        // Device Advisor's id of the test, or one of ours
	About string        // what it asks of a device; "(Suback's own)" if Device Advisor has no such test
	Time  time.Duration // how long it may take

	run func(context.Context, *bench) Verdict
}

// Cases are all there are, in the order in which they are run: what leaves the device without a
// connection comes last.
func Cases() []Case {
	return []Case{
		{"MQTT_Connect", "it connects", shortCase, connects},
		{"TLS_Expired_Server_Cert", "it refuses a server certificate that has expired", shortCase,
			certificate(faults.Expire)},
		{"TLS_Incorrect_Subject_Name_Server_Cert", "it refuses a server certificate for another name", shortCase,
			certificate(faults.Rename)},
		{"TLS_Unsecure_Server_Cert", "it refuses a server certificate that its CA has not signed", shortCase,
			certificate(faults.Forge)},
		{"MQTT_Subscribe", "it subscribes", shortCase, subscribes},
		{"MQTT_Subscribe_Retry_No_Suback", "it subscribes again if no SUBACK comes", longCase, resubscribes},
		{"MQTT_Client_Puback_QoS1", "it acknowledges a message of QoS 1", shortCase, acknowledges},
		{"MQTT_Publish", "it publishes", shortCase, publishes},
		{"MQTT_Publish_Retry_No_Puback", "it publishes again with QoS 1 if no PUBACK comes", longCase, republishes},
		{"MQTT_Persistent_Session_Happy_Case", "it resumes its session and takes what has waited",
			longCase, resumes},
		{"Shadow_Publish_Reported_State", "it reports its state after it has connected", shortCase, reports},
		{"Shadow_Get", "it gets its shadow after it has connected (Suback's own)", shortCase, gets},
		{"Shadow_Update_Reported_State", "it reports the state that was desired", shortCase, updates},
		{"Clock_Skew", "its clock is right (Suback's own)", shortCase, tellsTime},
		{"MQTT_ReconnectionAfterSuccessfulConnection", "it waits a second before it comes again",
			shortCase, calmly(delays)},
		{"MQTT_Reconnect_Backoff_Retries_On_Server_Disconnect",
			"it backs off with jitter after the server has ended its connection", longCase,
			calmly(refusals("SERVER_ERROR"))},
		{"MQTT_Reconnect_Backoff_Retries_On_Unstable_Connection",
			"it backs off with jitter from connections that do not last", longCase, calmly(unstable)},
		{"Device_Certificate_Inactive", "it backs off while its certificate is not active (Suback's own)", longCase,
			calmly(refusals("DEVICE_CERTIFICATE_INACTIVE"))},
		{"MQTT_Connect_Jitter_Backoff_Retries", "it backs off with jitter if no CONNACK comes", longCase,
			calmly(unanswered(judgeHeld))},
		{"MQTT_Connect_Exponential_Backoff_Retries", "it backs off exponentially if no CONNACK comes", longCase,
			unanswered(judgeHeldExponential)},
		{"MQTT_No_Ack_PingResp", "it ends a connection on which nothing is answered", longCase, noticesSilence},
		{"Duplicate_Client_Id", "it gives way to another client with its id (Suback's own)",
			shortCase, calmly(givesWay)},
		{"Job_Execution", "it does a job", shortCase, jobs},
	}
}

// jobs are not served here.
func jobs(context.Context, *bench) Verdict {
	return notSeen("Device Advisor in AWS judges them", "this gateway has no jobs")
}
