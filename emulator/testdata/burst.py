"""A subscriber in the shape of AWSIoTPythonSDK that prints what it is sent:

    burst.py <CA file> <topic> <access key id> <secret key>
"""

import sys
import time

from AWSIoTPythonSDK.MQTTLib import AWSIoTMQTTClient


def heard(client, userdata, message):
    print(message.payload.decode(), flush=True)


ca, topic, *keys = sys.argv[1:]
client = AWSIoTMQTTClient("burst", useWebsocket=True)
client.configureEndpoint("a1b2c3d4e5f6g7-ats.iot.us-east-1.amazonaws.com", 443)
client.configureIAMCredentials(*keys)
client.configureCredentials(ca)
client.connect()
client.subscribe(topic, 1, heard)
print("subscribed", flush=True)
while True:
    time.sleep(5)
