using System.Globalization;
using System.Text.Json;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Tracing;

/// <summary>From what a user or a report names to what is traced.</summary>
public static class SuspectName
{
    /// <summary>
    /// Reads <c>zone:NAME</c>, <c>malloc:NAME</c>, <c>mbuf:NAME</c>, <c>module:FILE.ko</c>, <c>kmem</c>, or a bare
    /// name, whose kind the capture tells, else the tables of what is known.
    /// </summary>
    /// <param name="text">What was given.</param>
    /// <param name="capture">A capture of that host; null for none. A module needs one, with <c>kldstat</c>.</param>
    /// <param name="knowledge">What is known.</param>
    /// <param name="why">Why it cannot be told, in words; empty where it can.</param>
    /// <returns>The suspect; null where it cannot be told.</returns>
    public static TraceSuspect? Resolve(string text, Capture? capture, KnowledgeBase knowledge, out string why)
    {
        why = "";
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string kind = colon < 0 ? "" : text[..colon];
        string name = colon < 0 ? text : text[(colon + 1)..];
        SuspectKind? known = kind switch
        {
            "zone" => IsOfPackets(name) ? SuspectKind.Mbuf : SuspectKind.Zone,
            "malloc" => SuspectKind.Malloc,
            "mbuf" => SuspectKind.Mbuf,
            "module" => SuspectKind.Module,
            _ => null,
        };
        if (known is null)
        {
            name = text;
            known = Guess(text, capture, knowledge, out why);
        }

        if (known is not { } sure)
        {
            return null;
        }

        if (name.Length == 0 || name.Any(char.IsControl))
        {
            why = "the name is empty or holds control characters";
            return null;
        }

        return sure == SuspectKind.Module ? Module(name, capture, out why) : new TraceSuspect(sure, name);
    }

    /// <summary>The suspect of a finding in a report (<c>leakstat.diagnosis/1</c>).</summary>
    /// <param name="report">The report, UTF-8 JSON.</param>
    /// <param name="number">Which finding, from 1; null for the first that names something that can be traced.</param>
    /// <param name="why">Why there is none; empty where there is.</param>
    /// <returns>The suspect as <see cref="Resolve"/> reads it; null where there is none.</returns>
    public static string? OfFinding(ReadOnlyMemory<byte> report, int? number, out string why)
    {
        why = "";
        try
        {
            using var json = JsonDocument.Parse(report);
            if (!json.RootElement.TryGetProperty("findings", out JsonElement findings)
                || findings.ValueKind != JsonValueKind.Array)
            {
                why = "it holds no findings";
                return null;
            }

            int at = 0;
            foreach (JsonElement finding in findings.EnumerateArray())
            {
                at++;
                if (number is { } wanted && wanted != at)
                {
                    continue;
                }

                if (SubjectOf(finding) is { } subject)
                {
                    return subject;
                }

                if (number is not null)
                {
                    why = string.Create(
                        CultureInfo.InvariantCulture, $"finding {at} names no zone, malloc type or mbuf kind");
                    return null;
                }
            }

            why = number is null
                ? "no finding names a zone, malloc type or mbuf kind"
                : string.Create(CultureInfo.InvariantCulture, $"it has {at} findings");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            why = "it is not a JSON report of leakstat";
        }

        return null;
    }

    private static string? SubjectOf(JsonElement finding)
    {
        if (finding.ValueKind != JsonValueKind.Object || !finding.TryGetProperty("subject", out JsonElement subject)
            || subject.ValueKind != JsonValueKind.Object
            || !subject.TryGetProperty("kind", out JsonElement kind)
            || !subject.TryGetProperty("name", out JsonElement name))
        {
            return null;
        }

        return (kind.GetString(), name.GetString()) switch
        {
            ("zone" or "malloc" or "mbuf" or "module", { Length: > 0 } subjectName) =>
                $"{kind.GetString()}:{subjectName}",
            ("wired", "unaccounted") => TraceSuspect.Kmem,
            _ => null,
        };
    }

    private static bool IsOfPackets(string zone) => ZoneFacts.Has(zone, ZoneTraits.Mbuf | ZoneTraits.PacketPages);

    private static SuspectKind? Guess(string name, Capture? capture, KnowledgeBase knowledge, out string why)
    {
        why = "";
        if (name == TraceSuspect.Kmem)
        {
            return SuspectKind.Kmem;
        }

        if (name.EndsWith(".ko", StringComparison.Ordinal))
        {
            return SuspectKind.Module;
        }

        if (IsOfPackets(name))
        {
            return SuspectKind.Mbuf;
        }

        bool isZone = capture?.Zones?.Find(name) is not null;
        bool isType = capture?.MallocTypes?.Find(name) is not null;
        if (!isZone && !isType)
        {
            isZone = knowledge.Zone(name).Any();
            isType = knowledge.MallocType(name).Any();
        }

        if (isZone != isType)
        {
            return isZone ? SuspectKind.Zone : SuspectKind.Malloc;
        }

        why = isZone
            ? $"both a zone and a malloc type have the name {name}; write zone:{name} or malloc:{name}"
            : $"whether {name} is a zone or a malloc type is not known; write zone:{name} or malloc:{name}";
        return null;
    }

    private static TraceSuspect? Module(string name, Capture? capture, out string why)
    {
        if (capture?.KernelFiles is not { } files)
        {
            why = $"to follow {name} it has to be known where it is loaded: give a capture with kldstat of this boot "
                + "(--captures)";
            return null;
        }

        foreach (KernelFile file in files.Files)
        {
            if (file.Name == name && file.Size > 0 && file.Address > 0)
            {
                why = "";
                return new TraceSuspect(SuspectKind.Module, name)
                {
                    Module = new ModuleRange(
                    file.Address, (ulong)file.Size)
                };
            }
        }

        why = $"{name} is not loaded, or its address is hidden, in {files.File}";
        return null;
    }
}
