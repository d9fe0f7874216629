using System.Text.Json;
using Leakstat.Dump;
using Leakstat.Dump.Leaks;

namespace Leakstat.Cli.Commands.Dump;

/// <summary>The leaks of a dump as JSON (schema <c>leakstat.dumpleaks/1</c>).</summary>
internal static class DumpLeaksJson
{
    /// <summary>Addresses of one group.</summary>
    public const int MostAddresses = 100_000;

    /// <summary>Writes it.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="dump">The dump.</param>
    /// <param name="report">What was found in it.</param>
    /// <param name="seconds">Time it took; null to leave it out.</param>
    /// <param name="sample">Contents of so many blocks of each group.</param>
    /// <param name="addresses">Addresses of each group at most.</param>
    public static void Write(Stream output, KernelDump dump, LeakReport report, double? seconds, int sample, int addresses = MostAddresses) =>
        DumpJson.Write(output, "leakstat.dumpleaks/1", dump, json =>
        {
            json.WriteStartObject("scanned");
            json.WriteNumber("bytes", report.Counts.Bytes);
            json.WriteNumber("objects", report.Objects);
            json.WriteNumber("roots", report.Roots);
            json.WriteNumber("rootBytes", report.Counts.RootBytes);
            json.WriteNumber("words", report.Counts.Words);
            json.WriteNumber("candidates", report.Counts.Candidates);
            json.WriteNumber("hits", report.Counts.Hits);
            json.WriteNumber("reached", report.Counts.Reached);
            json.WriteNumber("extraBytes", report.Counts.ExtraBytes + report.Heap.Input.Blocks.Bytes);
            if (seconds is { } took)
            {
                json.WriteNumber("seconds", Math.Round(took, 3));
            }

            json.WriteEndObject();
            json.WriteStartObject("source");
            json.WriteText("dump", dump.File.Path);
            json.WriteText("kernel", dump.KernelPath);
            json.WriteEndObject();
            WriteGroups(json, "leaks", report.Leaks, dump, report, sample, addresses);
            WriteGroups(json, "known", report.Known, dump, report, sample, addresses);
            json.WriteStartObject("coverage");
            json.WriteNumber("zonesWalked", report.ZonesWalked);
            json.WriteNumber("zonesUnreadable", report.ZonesUnreadable);
            if (report.InBaseline > 0)
            {
                json.WriteNumber("inBaseline", report.InBaseline);
            }

            json.WriteNumber("missingPages", report.MissingPages);
            json.WriteBoolean("whole", report.IsWhole);
            json.WriteBoolean("live", dump.File.IsLive);
            json.WriteStartArray("notes");
            foreach (string note in report.Notes)
            {
                json.WriteStringValue(note);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });

    private static void WriteGroups(
        Utf8JsonWriter json, string name, IReadOnlyList<LeakGroup> groups, KernelDump dump, LeakReport report, int sample, int addresses)
    {
        json.WriteStartArray(name);
        foreach (LeakGroup group in groups)
        {
            json.WriteStartObject();
            json.WriteString("kind", group.Kind);
            json.WriteText("name", group.Name);
            json.WriteNumber("size", group.Size);
            json.WriteNumber("count", group.Count);
            json.WriteNumber("bytes", group.Bytes);
            json.WriteNumber("heads", group.Heads);
            json.WriteNumber("losses", group.Losses);
            json.WriteNumber("allocated", group.Allocated);
            json.WriteStartArray("addresses");
            foreach (ulong address in group.Addresses.Take(addresses))
            {
                json.WriteStringValue($"0x{address:x16}");
            }

            json.WriteEndArray();
            WriteCandidates(json, group);
            WriteContents(json, group);
            WriteHolders(json, group);
            if (group.Cause is { } cause)
            {
                json.WriteString("cause", cause.Cause);
                json.WriteString("source", cause.Source);
            }

            if (sample > 0)
            {
                WriteSamples(json, group, new BlockSample(dump, report.Heap), sample);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteCandidates(Utf8JsonWriter json, LeakGroup group)
    {
        json.WriteStartArray("candidates");
        foreach (TypeCandidate candidate in group.Candidates)
        {
            json.WriteStartObject();
            json.WriteText("type", candidate.Type);
            json.WriteText("module", candidate.Module);
            json.WriteNumber("confidence", candidate.Confidence);
            json.WriteText("why", candidate.Why);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteContents(Utf8JsonWriter json, LeakGroup group)
    {
        json.WriteStartArray("contents");
        foreach (ContentGroup content in group.Contents)
        {
            json.WriteStartObject();
            json.WriteText("words", content.Content);
            json.WriteNumber("count", content.Count);
            json.WriteAddress("example", content.Example);
            json.WriteText("module", content.Module);
            if (content.Stack is { } stack)
            {
                json.WriteStartArray("stack");
                foreach (string frame in stack)
                {
                    json.WriteStringValue(frame);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteHolders(Utf8JsonWriter json, LeakGroup group)
    {
        json.WriteStartArray("hangsOn");
        foreach (HangingBlocks other in group.HangsOn)
        {
            json.WriteStartObject();
            json.WriteString("kind", other.Kind);
            json.WriteText("name", other.Name);
            json.WriteNumber("size", other.Size);
            json.WriteNumber("count", other.Count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("examined", group.LookedAt);
        json.WriteStartArray("modules");
        foreach (ModulePointers module in group.Modules)
        {
            json.WriteStartObject();
            json.WriteText("module", module.Module);
            json.WriteNumber("count", module.Count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteSamples(Utf8JsonWriter json, LeakGroup group, BlockSample samples, int sample)
    {
        json.WriteStartArray("samples");
        foreach (ulong address in group.Addresses.Take(sample))
        {
            json.WriteStartObject();
            json.WriteAddress("address", address);
            json.WriteStartArray("lines");
            foreach (string line in samples.Lines(address))
            {
                json.WriteStringValue(line);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
