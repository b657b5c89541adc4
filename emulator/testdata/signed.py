"""A client in the shape of AWSIoTPythonSDK with the keys that it is given:

    signed.py <CA file> <client id> <region> <access key id> <secret key> <session token>
"""

import sys

from AWSIoTPythonSDK.MQTTLib import AWSIoTMQTTClient

ca, client_id, region, *keys = sys.argv[1:]
client = AWSIoTMQTTClient(client_id, useWebsocket=True)
client.configureEndpoint(f"a1b2c3d4e5f6g7-ats.iot.{region}.amazonaws.com", 443)
client.configureIAMCredentials(*keys)
client.configureCredentials(ca)
try:
    client.connect()
    print("connected", flush=True)
    client.disconnect()
except Exception as error:
    print(error, flush=True)
