using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net.Http;
using System.Threading.Tasks;
using System.Xml.Linq;

namespace Suback
{
    /// <summary>An AWS account of a running gateway. What happens in one, no other sees.</summary>
    public class Account
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
        private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200); // from one look to the next

        private readonly Admin admin;
        private readonly XElement info;
        private readonly Func<Account, bool> ending; // says whether it is to be ended still

        internal Account(Admin gateway, XElement info, Func<Account, bool> ending)
        {
            this.ending = ending;
            Root = gateway;
            admin = new Admin(gateway.Url + Admin.Text(info, "path"));
            this.info = info;
        }

        internal Admin Root { get; } // of all accounts

        /// <summary>Its name, "" for the gateway's first.</summary>
        public string Name => Admin.Text(info, "name");

        /// <summary>Its id of 12 digits.</summary>
        public string Id => Admin.Text(info, "accountId");

        /// <summary>Its region.</summary>
        public string Region => Admin.Text(info, "region");

        /// <summary>The name that TLS clients must say (SNI) to get to this account, as t1.localhost.</summary>
        public string Host => Admin.Text(info, "host");

        /// <summary>An access key that may do everything in it.</summary>
        public string AccessKeyId => Known("accessKeyId");

        /// <summary>The secret of <see cref="AccessKeyId"/>.</summary>
        public string SecretAccessKey => Known("secretAccessKey");

        /// <summary>The endpoint of AWS's APIs for this account, the ServiceURL of an SDK's client.</summary>
        public Uri HttpUrl => new Uri(admin.Url);

        private string Known(string member)
        {
            var text = Admin.Text(info, member);
            return text == "" ? "test" : text;
        }

        /// <summary>
        /// The port on 127.0.0.1 of a listener: mqtt, mqtts, https or http. That of plain MQTT is this
        /// account's own.
        /// </summary>
        public int Port(string listener)
        {
            var listeners = info.Element("listeners");
            var address = Admin.Text(listeners, listener);
            if (address == "")
            {
                var all = string.Join(", ", listeners.Elements().Select(e => e.Name.LocalName));
                throw new ArgumentException($"suback: there is no listener {listener}, want one of {all}");
            }
            return int.Parse(address.Substring(address.LastIndexOf(':') + 1), CultureInfo.InvariantCulture);
        }

        /// <summary>Why nothing arrives at a client on a topic or filter (null: on any), for a person.</summary>
        public async Task<string> WhyAsync(string client, string topic)
        {
            var path = Admin.Query("/_suback/why", "client", client, "topic", topic, "format", "text");
            return (await admin.GetAsync(path).ConfigureAwait(false)).Trim();
        }

        /// <summary>
        /// Waits for a message that a client is to get on a topic: a TaskCompletionSource's task, which the
        /// client's callback completes. If it does not come within 10 seconds, or what within says, it throws
        /// a <see cref="NoMessageException"/> with the cause and what to change; at once, if the policy of
        /// the client withholds it.
        /// </summary>
        public async Task<T> ReceivedAsync<T>(Task<T> message, string client, string topic, TimeSpan? within = null)
        {
            var end = DateTime.UtcNow + (within ?? Patience);
            while (await Task.WhenAny(message, Task.Delay(Glance)).ConfigureAwait(false) != message)
            {
                var withheld = await IsWithheldAsync(client, topic).ConfigureAwait(false);
                if (withheld || DateTime.UtcNow >= end)
                {
                    var why = await ReasonAsync(client, topic).ConfigureAwait(false);
                    throw new NoMessageException($"client {client} got no message on {topic}\n{why}");
                }
            }
            return await message.ConfigureAwait(false);
        }

        // As far as the gateway says so.
        private async Task<bool> IsWithheldAsync(string client, string topic)
        {
            var path = Admin.Query("/_suback/why", "client", client, "topic", topic);
            try
            {
                return Admin.Text(Admin.Read(await admin.GetAsync(path).ConfigureAwait(false)), "found") == "withheld";
            }
            catch (Exception e) when (IsOfGateway(e))
            {
                return false;
            }
        }

        // Why, or that nobody knows: a gateway that is gone must not hide what did not happen.
        private async Task<string> ReasonAsync(string client, string topic)
        {
            try
            {
                return await WhyAsync(client, topic).ConfigureAwait(false);
            }
            catch (Exception e) when (IsOfGateway(e))
            {
                return $"(the reason is not known: {e.Message})";
            }
        }

        // It refuses, it is gone, or it does not answer in time.
        private static bool IsOfGateway(Exception e)
        {
            return e is InvalidOperationException || e is HttpRequestException || e is TaskCanceledException;
        }

        /// <summary>
        /// What was decided, as JSON lines, the newest last; namesAndValues say which of it: client, outcome,
        /// topic, operation, rule, since, each with its value.
        /// </summary>
        public Task<string> TraceAsync(params string[] namesAndValues)
        {
            return admin.GetAsync(Admin.Query("/_suback/trace", namesAndValues));
        }

        /// <summary>Who is connected, with subscriptions, as JSON.</summary>
        public Task<string> ClientsAsync()
        {
            return admin.GetAsync("/_suback/clients");
        }

        /// <summary>Brings every deadline nearer.</summary>
        public Task AdvanceAsync(TimeSpan by)
        {
            var ms = ((long)by.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
            return admin.SendAsync(HttpMethod.Post, "/_suback/clock", "{\"advance\":\"" + ms + "ms\"}");
        }

        /// <summary>Asks for a failure, in JSON as docs/faults.md has them.</summary>
        public Task AddFaultAsync(string json)
        {
            return admin.SendAsync(HttpMethod.Post, "/_suback/faults", json);
        }

        /// <summary>Takes all faults back.</summary>
        public Task RemoveFaultsAsync()
        {
            return admin.SendAsync(HttpMethod.Delete, "/_suback/faults", null);
        }

        /// <summary>Disconnects everybody and forgets what happened and what the API changed.</summary>
        public Task ResetAsync()
        {
            return admin.SendAsync(HttpMethod.Post, "/_suback/reset", null);
        }

        /// <summary>Ends an account that was made for a test, with its connections; once more does nothing.</summary>
        public Task RemoveAsync()
        {
            return ending(this) ? Root.SendAsync(HttpMethod.Delete, "/_suback/accounts/" + Name, null) : Task.CompletedTask;
        }
    }

    /// <summary>A message did not come; the text says why.</summary>
    public sealed class NoMessageException : Exception
    {
        /// <summary>With what a person reads.</summary>
        public NoMessageException(string message) : base(message)
        {
        }
    }
}
