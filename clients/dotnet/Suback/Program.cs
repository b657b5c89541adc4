using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading.Tasks;

namespace Suback
{
    /// <summary>The program suback, running as a child of this process, which it does not outlive.</summary>
    internal sealed class Program
    {
        private const int KeptLines = 100;
        private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60); // on a machine that has much to do
        private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(6); // it ends within 5

        private readonly Process process;
        private readonly Queue<string> said = new Queue<string>(); // guarded by itself
        private readonly TaskCompletionSource<string> ready =
            new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        private string http = ""; // written before ready is set

        internal Program(IEnumerable<string> arguments)
        {
            var name = Environment.GetEnvironmentVariable("SUBACK");
            var all = new[] { "serve", "--mqtt=:0", "--mqtts=:0", "--https=:0", "--http=:0" }.Concat(arguments);
            var start = new ProcessStartInfo(string.IsNullOrEmpty(name) ? "suback" : name, string.Join(" ", all.Select(Quoted)))
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            start.Environment["SUBACK_END_WITH_STDIN"] = "true"; // when this process ends, however it does
            process = new Process { StartInfo = start, EnableRaisingEvents = true };
            process.OutputDataReceived += (sender, e) => Hear(e.Data);
            process.ErrorDataReceived += (sender, e) => Hear(e.Data);
            process.Exited += (sender, e) => Task.Run(() =>
            {
                process.WaitForExit(); // for what it says last
                ready.TrySetResult(null);
            });
            Begin();
        }

        private void Begin()
        {
            try
            {
                process.Start();
            }
            catch (Win32Exception e)
            {
                throw new InvalidOperationException($"suback: {e.Message}; go install " +
                    "github.com/suback/suback/cmd/suback@latest brings the program to PATH, or the variable SUBACK " +
                    "says where it is", e);
            }
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }

        private void Hear(string line)
        {
            if (line == null)
            {
                return;
            }
            lock (said)
            {
                said.Enqueue(line);
                if (said.Count > KeptLines)
                {
                    said.Dequeue();
                }
            }
            const string listening = "listening on ";
            if (line.StartsWith("http ", StringComparison.Ordinal) && line.Contains(listening))
            {
                http = "http://" + line.Substring(line.IndexOf(listening, StringComparison.Ordinal) + listening.Length);
            }
            else if (line == "Ready.")
            {
                ready.TrySetResult(http);
            }
        }

        /// <summary>The URL of its http listener, once it is ready; else its own words are thrown.</summary>
        internal async Task<string> UrlAsync()
        {
            var inTime = await Task.WhenAny(ready.Task, Task.Delay(StartTime)).ConfigureAwait(false) == ready.Task;
            var url = inTime ? ready.Task.Result : null;
            if (!string.IsNullOrEmpty(url))
            {
                return url;
            }
            Stop();
            var problem = !inTime ? $"it is not ready within {StartTime.TotalSeconds} s"
                : url == null ? "it does not start" : "it has no http listener, which its helpers need";
            throw new InvalidOperationException($"suback: {problem}\n{Output()}");
        }

        private string Output()
        {
            lock (said)
            {
                return string.Join("\n", said);
            }
        }

        internal void Stop()
        {
            try
            {
                process.StandardInput.Dispose(); // which ends it, as a signal does
                if (!process.WaitForExit((int)StopTime.TotalMilliseconds))
                {
                    process.Kill();
                }
            }
            catch (InvalidOperationException)
            {
                // it has ended meanwhile
            }
        }

        /// <summary>An argument as .NET's command lines want it.</summary>
        private static string Quoted(string argument)
        {
            var escaped = Regex.Replace(argument, @"(\\*)""", @"$1$1\""");
            return "\"" + Regex.Replace(escaped, @"(\\+)\z", "$1$1") + "\"";
        }
    }
}
