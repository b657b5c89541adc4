using System;
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

        private Gateway(Admin admin, System.Xml.Linq.XElement info, Program program) : base(admin, info)
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
        /// name is a host name's label, as t1; by default one that nobody has.
        /// </summary>
        public async Task<Account> NewAccountAsync(string name = null)
        {
            name = name ?? "t" + Guid.NewGuid().ToString("N").Substring(0, 8);
            var made = await Root.SendAsync(HttpMethod.Post, "/_suback/accounts", "{\"name\":" + Admin.Quoted(name) + "}")
                .ConfigureAwait(false);
            return new Account(Root, Admin.Read(made));
        }

        /// <summary>The certificate that clients must trust.</summary>
        public async Task<X509Certificate2> CaAsync()
        {
            var pem = await Root.GetAsync("/_suback/ca.pem").ConfigureAwait(false);
            return new X509Certificate2(Encoding.ASCII.GetBytes(pem));
        }

        /// <summary>Ends the gateway within 6 seconds, if StartAsync started it.</summary>
        public void Dispose()
        {
            program?.Stop();
        }
    }
}
