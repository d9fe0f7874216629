using System.Text;
using Leakstat.Captures;
using Leakstat.Captures.Sources;
using Leakstat.Captures.Text;
using Leakstat.Model;

namespace Leakstat.Tests.Captures;

/// <summary>One text read by the parsers, within other limits than the usual.</summary>
internal static class GivenText
{
    public static Capture Read(string name, string text, ReadLimits limits) =>
        CaptureAssembly.Read("caps/a", [(name, Encoding.UTF8.GetBytes(text))], new NamePool(), limits);
}
