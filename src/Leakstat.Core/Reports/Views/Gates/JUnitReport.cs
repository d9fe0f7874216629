using System.Globalization;
using System.Text;
using System.Xml;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Gate;
using Leakstat.Reports.Forms.Text;

namespace Leakstat.Reports.Views.Gates;

/// <summary>
/// A gate's decision as JUnit XML, which Jenkins, GitLab, Cirrus CI and others show: a test case for each leak and each
/// fault of a module, one for each known leak (skipped), and one for all else.
/// </summary>
internal static class JUnitReport
{
    /// <summary>Writes the document.</summary>
    public static void Write(GateResult result, Stream output)
    {
        ModuleNote[] faults = [.. result.Modules.Where(m => m.Fails)];
        int failures = result.Leaks.Length + faults.Length;
        string? unjudged = result.IsFailed ? null : result.Unjudged;
        using var xml = XmlWriter.Create(
            output, new XmlWriterSettings { Indent = true, Encoding = new UTF8Encoding(false), NewLineChars = "\n" });
        xml.WriteStartElement("testsuite");
        xml.WriteAttributeString("name", "leakstat gate");
        xml.WriteAttributeString("tests", Number(failures + result.Known.Length + 1));
        xml.WriteAttributeString("failures", Number(failures));
        xml.WriteAttributeString("errors", unjudged is null ? "0" : "1");
        xml.WriteAttributeString("skipped", Number(result.Known.Length));
        foreach (Finding leak in result.Leaks)
        {
            Start(xml, leak.Rule, GateWords.Of(leak.Subject));
            xml.WriteStartElement("failure");
            xml.WriteAttributeString("message", Safe(leak.Title));
            xml.WriteAttributeString("type", leak.Rule);
            xml.WriteString(
                Safe(
                    string.Join('\n', leak.Evidence.Select(e => e.At is { } at ? $"{e.Text} [{at}]" : e.Text)),
                    lines: true));
            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        foreach (ModuleNote fault in faults)
        {
            Start(xml, "modules", fault.Text);
            xml.WriteStartElement("failure");
            xml.WriteAttributeString("message", Safe(fault.Text));
            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        foreach (KnownLeak known in result.Known)
        {
            Start(xml, known.Finding.Rule, GateWords.Of(known.Finding.Subject));
            xml.WriteStartElement("skipped");
            xml.WriteAttributeString("message", Safe($"{known.Finding.Title}; known: {known.Entry.Why}"));
            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        Start(
            xml,
            "all",
            $"{Number(result.Rounds.Judged)} zones and types over {Number(result.Rounds.Plan.Rounds)} rounds");
        WriteUnjudged(xml, unjudged);
        xml.WriteEndElement();
        xml.WriteEndElement();
        xml.Flush();
        output.WriteByte((byte)'\n');
    }

    /// <summary>Neither passed nor failed: JUnit's word for a test that could not be carried out.</summary>
    private static void WriteUnjudged(XmlWriter xml, string? why)
    {
        if (why is not null)
        {
            xml.WriteStartElement("error");
            xml.WriteAttributeString("message", Safe($"could not be judged: {why}"));
            xml.WriteAttributeString("type", "unjudged");
            xml.WriteEndElement();
        }
    }

    private static void Start(XmlWriter xml, string group, string name)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", "leakstat.gate." + group);
        xml.WriteAttributeString("name", Safe(name));
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>XML 1.0 has no way to write most control characters.</summary>
    private static string Safe(string text, bool lines = false) =>
        lines ? string.Join('\n', text.Split('\n').Select(l => PrintableText.Of(l))) : PrintableText.Of(text);
}
