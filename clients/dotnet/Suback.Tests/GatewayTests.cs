using System;
using System.Threading.Tasks;
using Suback.Xunit;
using Xunit;

namespace Suback.Tests
{
    public sealed class GatewayTests : IClassFixture<SubackFixture>
    {
        private readonly Gateway aws;

        public GatewayTests(SubackFixture fixture)
        {
            aws = fixture.Aws;
        }

        [Fact]
        public async Task TellsWhyNoMessageComes()
        {
            var account = await aws.NewAccountAsync();
            using (var pump = new Device(account.Port("mqtt"), "pump-7", "no-receive"))
            using (var app = new Device(account.Port("mqtt"), "app", "test"))
            {
                pump.Subscribe("pumps/7/set");
                app.Publish("pumps/7/set", "on");
                var e = await Assert.ThrowsAsync<NoMessageException>(
                    () => account.ReceivedAsync(Never, "pump-7", "pumps/7/set"));
                Assert.Contains("no statement allows iot:Receive: it is needed on topic/pumps/7/set", e.Message);
                e = await Assert.ThrowsAsync<NoMessageException>(
                    () => account.ReceivedAsync(Never, "pump-7", "pumps/8/set", TimeSpan.FromMilliseconds(1)));
                Assert.Contains("No subscription of \"pump-7\" matches", e.Message);
            }
            Assert.Equal("on", await account.ReceivedAsync(Task.FromResult("on"), "pump-7", "a"));
            await account.RemoveAsync();
        }

        [Fact]
        public async Task AsksForFailuresAndMovesTheClock()
        {
            var account = await aws.NewAccountAsync();
            Assert.Equal(aws.Id, account.Id);
            Assert.NotEqual(aws.Id, (await aws.NewAccountAsync(id: "")).Id);
            Assert.Equal(account.Name + ".localhost", account.Host);
            await account.AddFaultAsync("{\"on\": \"puback\", \"do\": \"drop\"}");
            await account.RemoveFaultsAsync();
            await account.AdvanceAsync(TimeSpan.FromMinutes(5));
            await account.ResetAsync();
            Assert.Equal("", await account.TraceAsync());
            Assert.Equal("[]", (await account.ClientsAsync()).Trim());
            var e = await Assert.ThrowsAsync<InvalidOperationException>(() => account.AddFaultAsync("{\"on\": \"pubak\"}"));
            Assert.Contains("POST /_suback/faults: 400", e.Message);
        }

        [Fact]
        public async Task LeavesNoAccountsInAGatewayOfOthers()
        {
            var again = await Gateway.AtAsync(aws.HttpUrl.ToString());
            var made = new[] { await again.NewAccountAsync(), await again.NewAccountAsync(), await again.NewAccountAsync() };
            await made[0].RemoveAsync();
            await made[0].RemoveAsync();
            again.Dispose();
            foreach (var account in made)
            {
                await Assert.ThrowsAsync<InvalidOperationException>(() => account.ClientsAsync());
            }
            var e = await Assert.ThrowsAsync<NoMessageException>(
                () => made[0].ReceivedAsync(Never, "pump-7", "a", TimeSpan.FromMilliseconds(1)));
            Assert.Contains("client pump-7 got no message on a\n(the reason is not known: ", e.Message);
        }

        [Fact]
        public async Task SaysInItsOwnWordsWhyItDoesNotStart()
        {
            var e = await Assert.ThrowsAsync<InvalidOperationException>(
                () => Gateway.StartAsync("--config", "no \"such\\.yaml"));
            Assert.Contains("there is no file \"no \\\"such\\\\.yaml\"", e.Message);
            foreach (var config in new[] { "no such\\", "no such\\\\", "no such\"" })
            {
                e = await Assert.ThrowsAsync<InvalidOperationException>(
                    () => Gateway.StartAsync("--config", config, "--log-level", "error"));
                Assert.Contains("there is no file \"" + config.Replace("\\", "\\\\").Replace("\"", "\\\""), e.Message);
            }
            e = await Assert.ThrowsAsync<InvalidOperationException>(() => Gateway.StartAsync("--http", "off"));
            Assert.Contains("it has no http listener", e.Message);
        }

        private static Task<string> Never => new TaskCompletionSource<string>().Task;
    }
}
