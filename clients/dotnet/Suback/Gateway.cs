using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Net.Http;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Tasks;

namespace Suback
{
    /// <summary>A running gateway, and its first account.</summary>
    /// <example><code>
    /// using (var aws = await Gateway.StartAsync("--config", "suback.yaml"))
    /// {
    ///     var port = aws.Port("mqtt");
    /// }
    /// </code></example>
    public sealed class Gateway : Account, IDisposable
    {
        private readonly Program program; // null: somebody else's
        private readonly ConcurrentDictionary<Account, bool> made = new ConcurrentDictionary<Account, bool>(); // not ended yet

        private Gateway(Admin admin, System.Xml.Linq.XElement info, Program program) : base(admin, info, _ => true)
        {
            this.program = program;
        }

        /// <summary>
        /// Starts a gateway on free ports of this machine, with arguments of suback serve. Below
        /// "suback run -- dotnet test" it is the one that runs there, with the arguments that suback run was given.
        /// </summary>
        public static async Task<Gateway> StartAsync(params string[] arguments)
        {
            var running = Environment.GetEnvironmentVariable("SUBACK_HTTP_URL");
            if (!string.IsNullOrEmpty(running))
            {
                return await OfAsync(running, null).ConfigureAwait(false);
            }
            var program = new Program(arguments);
            return await OfAsync(await program.UrlAsync().ConfigureAwait(false), program).ConfigureAwait(false);
        }

        /// <summary>A gateway that runs already, by the URL of its http listener; it is not ended with this.</summary>
        public static Task<Gateway> AtAsync(string url)
        {
            return OfAsync(url, null);
        }

        private static async Task<Gateway> OfAsync(string url, Program program)
        {
            var admin = new Admin(url.TrimEnd('/'));
            var accounts = Admin.Read(await admin.GetAsync("/_suback/accounts").ConfigureAwait(false));
            return new Gateway(admin, accounts.Elements().First(), program);
        }

        /// <summary>
        /// Makes an account as the configuration describes the first one, and in which nothing has happened.
        /// name is a host name's label, as t1; by default one that nobody has. id has 12 digits; by default it is
        /// this one's, so that ARNs in policies and functions fit, and "" asks for another.
        /// </summary>
        public async Task<Account> NewAccountAsync(string name = null, string id = null)
        {
            name = name ?? "t" + Guid.NewGuid().ToString("N").Substring(0, 8);
            var asked = "{\"name\":" + Admin.Quoted(name) + ",\"accountId\":" + Admin.Quoted(id ?? Id) + "}";
            var answer = await Root.SendAsync(HttpMethod.Post, "/_suback/accounts", asked).ConfigureAwait(false);
            var account = new Account(Root, Admin.Read(answer), ended => made.TryRemove(ended, out _));
            made.TryAdd(account, true);
            return account;
        }

        /// <summary>The certificate that clients must trust.</summary>
        public async Task<X509Certificate2> CaAsync()
        {
            var pem = await Root.GetAsync("/_suback/ca.pem").ConfigureAwait(false);
            return new X509Certificate2(Encoding.ASCII.GetBytes(pem));
        }

        /// <summary>
        /// Ends the gateway within 6 seconds, if StartAsync started it; of another the accounts that were made here.
        /// </summary>
        public void Dispose()
        {
            if (program != null)
            {
                made.Clear();
                program.Stop();
                return;
            }
            Task.WhenAll(made.Keys.Select(account => account.RemoveAsync())).GetAwaiter().GetResult();
        }
    }
}
