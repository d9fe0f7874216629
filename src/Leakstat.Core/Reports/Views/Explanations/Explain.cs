using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Reports.Forms.Text;
using Leakstat.Reports.Views.Findings;

namespace Leakstat.Reports.Views.Explanations;

/// <summary><c>leakstat explain</c>: rules, zones and malloc types in words. Every method writes plain text.</summary>
public static class Explain
{
    private const int Suggestions = 5;

    /// <summary>Lists every rule and says how to ask for more.</summary>
    public static void List(TextWriter output)
    {
        output.WriteLine("Rules:");
        foreach (IRule rule in RuleRegistry.All.OrderBy(r => r.Id, StringComparer.Ordinal))
        {
            output.WriteLine($"  {rule.Id}  {rule.Name}");
        }

        output.WriteLine();
        output.WriteLine("leakstat explain LS0103           what a rule means, when it is wrong, what to do");
        output.WriteLine("leakstat explain LSD101           what a problem of the input means");
        output.WriteLine("leakstat explain zone NAME        what is known of a zone of vmstat -z");
        output.WriteLine("leakstat explain malloc NAME      what is known of a type of vmstat -m");
        output.WriteLine(
            "leakstat explain command NAME     what a command that guides hand on shows, and what to run instead");
    }

    /// <summary>
    /// Prints the page of a rule or of a kind of problem of the input; false, with a suggestion, where there is no such
    /// rule.
    /// </summary>
    /// <param name="id">The rule, or the kind of problem.</param>
    /// <param name="output">Where to.</param>
    /// <param name="layout">Lays the page out for a terminal; null for the page as it is written.</param>
    public static bool Rule(string id, TextWriter output, TerminalOptions? layout = null)
    {
        string wanted = id.Trim().ToUpperInvariant();
        if ((RulePage.Of(wanted) ?? DiagnosticPage.Of(wanted)) is { } page)
        {
            if (layout is null)
            {
                output.Write(page);
            }
            else
            {
                PageText.Write(page, output, layout);
            }

            return true;
        }

        output.WriteLine($"There is no rule {id}.");
        Suggest(output, wanted, RuleRegistry.All.Select(r => r.Id).Concat(DiagnosticPage.Ids));
        return false;
    }

    /// <summary>Prints what is known of a zone; false, with near names, where nothing is.</summary>
    public static bool Zone(string name, KnowledgeBase knowledge, TextWriter output) =>
        Name(true, name, knowledge, output);

    /// <summary>Prints what is known of a malloc type; false, with near names, where nothing is.</summary>
    public static bool Malloc(string name, KnowledgeBase knowledge, TextWriter output) =>
        Name(false, name, knowledge, output);

    /// <summary>
    /// Prints what is known of a command that guides hand on; false, with near names, where nothing is.
    /// </summary>
    public static bool Command(string name, TextWriter output)
    {
        ImmutableArray<CommandAdvice> found = CommandTable.Find(name);
        if (found.IsEmpty)
        {
            output.WriteLine($"The command {name} is not in the table.");
            Suggest(output, name, CommandTable.All.Select(c => c.Name));
            return false;
        }

        bool isFirst = true;
        foreach (CommandAdvice command in found)
        {
            output.Write(isFirst ? "" : "\n");
            isFirst = false;
            output.WriteLine(command.Name);
            WrappedText.Write(output, "  shows         ", command.Shows);
            WrappedText.Write(output, "  what is wrong ", command.Wrong);
            WrappedText.Write(output, "  instead       ", command.Instead);
            WrappedText.Write(output, "  source        ", command.Source);
        }

        return true;
    }

    private static bool Name(bool isZone, string name, KnowledgeBase knowledge, TextWriter output)
    {
        string kind = isZone ? "zone" : "malloc type";
        ImmutableArray<OwnerEntry> entries = [.. isZone ? knowledge.Zone(name) : knowledge.MallocType(name)];
        string[] remarks = [.. NamesByRelease.Of(isZone, name)];
        if (entries.IsEmpty && remarks.Length == 0)
        {
            output.WriteLine(
                $"The {kind} {name} is not in the table. Its owner may be a module that is not part of FreeBSD.");
            if ((isZone ? knowledge.MallocType(name) : knowledge.Zone(name)).Any())
            {
                output.WriteLine(
                    $"There is a {(isZone ? "malloc type" : "zone")} of that name: leakstat explain "
                        + $"{(isZone ? "malloc" : "zone")} {name}");
            }

            Suggest(output, name, knowledge.Owners.Where(o => o.IsZone == isZone).Select(o => o.Name).Distinct());
            return false;
        }

        output.WriteLine($"{kind} {name}");
        foreach (OwnerEntry entry in entries)
        {
            output.WriteLine();
            Field(output, "subsystem", entry.Subsystem);
            Field(output, "module", entry.Module);
            Field(output, "source", entry.Source);
            Field(output, "one item is", entry.Represents);
            Field(output, "grows with", entry.GrowsWith);
            Field(output, "bound", entry.Bound);
            Field(output, "limited by", string.Join(", ", Tunables(entry.Bound)));
            if (entry is { IsZone: true, Subsystem: "malloc(9)" })
            {
                Field(
                    output,
                    "note",
                    "holds blocks of every malloc type; vmstat -m lists the types and the sizes they use");
            }
        }

        foreach (string remark in remarks)
        {
            output.WriteLine();
            Field(output, "releases", remark);
        }

        foreach (Signature signature in knowledge.Signatures.Where(s => IsAbout(s, isZone, name)))
        {
            output.WriteLine();
            Field(output, "known bug", $"{signature.Title} [{signature.Id}]");
            Field(output, "modules", string.Join(", ", signature.Modules));
            Field(output, "releases", string.Join(", ", signature.Releases));
            Field(output, "fixed by", signature.FixedBy ?? "");
            Field(output, "source", signature.Source);
        }

        return true;
    }

    private static bool IsAbout(Signature signature, bool isZone, string name) =>
        (isZone ? signature.SubjectKind is "zone" or "mbuf" : signature.SubjectKind == "malloc")
            && signature.Subjects.Contains(name);

    /// <summary>The sysctls and loader variables that a bound names, with where each is set.</summary>
    private static IEnumerable<string> Tunables(string bound)
    {
        foreach (string word in bound.Split([' ', ',', '(', ')', ';'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (word.Contains('.', StringComparison.Ordinal)
                && TunableTable.BuiltIn.Spans(word).LastOrDefault() is { } tunable)
            {
                yield return tunable.Kind switch
                {
                    TunableKind.Loader => $"{word} (loader.conf, read at boot)",
                    TunableKind.Runtime => $"{word} (sysctl)",
                    _ => tunable.IncreaseOnly
                        ? $"{word} (sysctl or loader.conf; at run time it can only be raised)"
                        : $"{word} (sysctl or loader.conf)",
                };
            }
        }
    }

    private static void Field(TextWriter output, string label, string value)
    {
        if (value.Length > 0)
        {
            output.WriteLine($"  {label,-12} {value}");
        }
    }

    private static void Suggest(TextWriter output, string wanted, IEnumerable<string> names)
    {
        string[] near =
        [
            .. names.Select(n => (Name: n, Distance: NameDistance.Between(wanted, n)))
                .Where(
                    n => n.Distance <= Math.Max(2, wanted.Length / 3)
                        || (wanted.Length > 2 && n.Name.Contains(wanted, StringComparison.OrdinalIgnoreCase)))
                .OrderBy(n => n.Distance).ThenBy(n => n.Name, StringComparer.Ordinal)
                .Take(Suggestions).Select(n => n.Name),
        ];
        if (near.Length > 0)
        {
            output.WriteLine("Near names: " + string.Join(", ", near));
        }
    }
}
