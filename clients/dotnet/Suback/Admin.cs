using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Runtime.Serialization.Json;
using System.Text;
using System.Threading.Tasks;
using System.Xml;
using System.Xml.Linq;

namespace Suback
{
    /// <summary>The gateway's admin API over HTTP, of one account.</summary>
    internal sealed class Admin
    {
        private static readonly HttpClient Http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };

        internal Admin(string url)
        {
            Url = url;
        }

        /// <summary>Where it is, without / at its end.</summary>
        internal string Url { get; }

        internal Task<string> GetAsync(string path)
        {
            return SendAsync(HttpMethod.Get, path, null);
        }

        /// <summary>Sends a request and returns the body of a good answer.</summary>
        internal async Task<string> SendAsync(HttpMethod method, string path, string json)
        {
            using (var request = new HttpRequestMessage(method, Url + path))
            {
                if (json != null)
                {
                    request.Content = new StringContent(json, Encoding.UTF8, "application/json");
                }
                using (var answer = await Http.SendAsync(request).ConfigureAwait(false))
                {
                    var body = await answer.Content.ReadAsStringAsync().ConfigureAwait(false);
                    if (!answer.IsSuccessStatusCode)
                    {
                        throw new InvalidOperationException(
                            $"suback: {method} {path}: {(int)answer.StatusCode} {body.Trim()}");
                    }
                    return body;
                }
            }
        }

        internal static string Query(string path, params string[] namesAndValues)
        {
            var parts = new List<string>();
            for (var i = 0; i + 1 < namesAndValues.Length; i += 2)
            {
                if (namesAndValues[i + 1] != null)
                {
                    parts.Add(namesAndValues[i] + "=" + Uri.EscapeDataString(namesAndValues[i + 1]));
                }
            }
            return path + "?" + string.Join("&", parts);
        }

        /// <summary>
        /// JSON as XML: members are elements of their names, those of an array are called item. All of
        /// .NET brings this reader.
        /// </summary>
        internal static XElement Read(string json)
        {
            using (var reader = JsonReaderWriterFactory.CreateJsonReader(
                Encoding.UTF8.GetBytes(json), XmlDictionaryReaderQuotas.Max))
            {
                return XElement.Load(reader);
            }
        }

        internal static string Text(XElement of, string member)
        {
            return (string)of.Elements(member).FirstOrDefault() ?? "";
        }

        internal static string Quoted(string text)
        {
            var json = new StringBuilder("\"");
            foreach (var c in text)
            {
                json.Append(c == '"' || c == '\\' ? "\\" + c : c < ' ' ? $"\\u{(int)c:x4}" : c.ToString());
            }
            return json.Append('"').ToString();
        }
    }
}
