using System;
using System.Threading.Tasks;
using Xunit;

namespace Suback.Xunit
{
    /// <summary>
    /// A gateway for the tests of a class (IClassFixture) or collection (ICollectionFixture). Tests that should
    /// not see each other make an account each: await Aws.NewAccountAsync().
    /// </summary>
    public class SubackFixture : IAsyncLifetime
    {
        /// <summary>The gateway.</summary>
        public Gateway Aws { get; private set; }

        /// <summary>Arguments of suback serve; none, where a class derived from this does not say others.</summary>
        protected virtual string[] Arguments => Array.Empty<string>();

        /// <summary>Starts the gateway.</summary>
        public async Task InitializeAsync()
        {
            Aws = await Gateway.StartAsync(Arguments);
        }

        /// <summary>Ends the gateway.</summary>
        public Task DisposeAsync()
        {
            Aws?.Dispose();
            return Task.CompletedTask;
        }
    }
}
