using System.Text;
using Leakstat.Model;
using Leakstat.Parsing;
using Leakstat.Parsing.Sources;
using Leakstat.Parsing.Text;

namespace Leakstat.Tests.Parsing;

/// <summary>One text read by the parsers, within other limits than the usual.</summary>
internal static class GivenText
{
    public static Capture Read(string name, string text, ReadLimits limits) =>
        CaptureAssembly.Read("caps/a", [(name, Encoding.UTF8.GetBytes(text))], new NamePool(), limits);
}
