using System.Collections.Immutable;
using Leakstat.Diagnosis.Contracts;
using Leakstat.Knowledge;
using Leakstat.Model;

namespace Leakstat.Diagnosis.Gate;

/// <summary>What modules did over an exercise: loaded and left, foreign, or refused by the kernel.</summary>
internal static class ModuleAudit
{
    /// <summary>
    /// What the kernel says of a module that does not fit it (<c>sys/kern/kern_linker.c</c>, <c>link_elf.c</c>,
    /// <c>link_elf_obj.c</c>).
    /// </summary>
    private static readonly string[] s_refusals =
        ["not available or version mismatch", "unsupported file type", "could not finalize loading", "symbol ",
            "interface mismatch"];

    /// <summary>Compares the first capture with the last.</summary>
    public static ImmutableArray<ModuleNote> Of(Capture first, Capture last, RoundPlan plan, KnowledgeBase knowledge)
    {
        var notes = ImmutableArray.CreateBuilder<ModuleNote>();
        if (first.KernelFiles is { } before && last.KernelFiles is { } after)
        {
            HashSet<string> earlier = [.. before.Files.Select(f => f.Name)];
            foreach (KernelFile file in after.Files.Where(f => !f.IsKernel && !earlier.Contains(f.Name)))
            {
                bool isLeft = plan.Roles.Contains(RoundRole.Unloaded) && file.Name == plan.Module;
                notes.Add(new ModuleNote(
                    isLeft,
                    isLeft
                        ? $"{file.Name} was not unloaded: it is still listed"
                        : $"{file.Name} was loaded meanwhile and is still there",
                    file.At));
            }

            HashSet<string> later = [.. after.Files.Select(f => f.Name)];
            foreach (KernelFile file in before.Files.Where(f => !f.IsKernel && !later.Contains(f.Name)))
            {
                notes.Add(new ModuleNote(false, $"{file.Name} was unloaded meanwhile", file.At));
            }

            foreach (KernelFile file in after.Files.Where(
                f => !f.IsKernel && f.Name != plan.Module && !knowledge.IsInTree(f.Name)))
            {
                notes.Add(
                    new ModuleNote(
                        false, $"{file.Name} is not part of FreeBSD and may have a share in what is kept", file.At));
            }
        }
        else
        {
            notes.Add(new ModuleNote(false, "kldstat is missing from a capture: modules were not audited", null));
        }

        AddRefusals(notes, first, last);
        return notes.ToImmutable();
    }

    private static void AddRefusals(ImmutableArray<ModuleNote>.Builder notes, Capture first, Capture last)
    {
        if (last.Messages is not { } messages)
        {
            return;
        }

        Dictionary<string, int> before = [];
        foreach (KernelMessage message in first.Messages?.Messages ?? [])
        {
            before[message.Text] = before.GetValueOrDefault(message.Text) + 1;
        }

        foreach (KernelMessage message in messages.Messages.Where(m => IsRefusal(m.Text)))
        {
            int left = before.GetValueOrDefault(message.Text);
            before[message.Text] = left - 1;
            if (left <= 0)
            {
                notes.Add(
                    new ModuleNote(
                        true,
                        $"the kernel refused a module: {message.Text}",
                        messages.At(message)));
            }
        }
    }

    private static bool IsRefusal(string text) =>
        (text.Contains("KLD ", StringComparison.Ordinal) || text.Contains("linker_load_file", StringComparison.Ordinal)
            || text.StartsWith("link_elf", StringComparison.Ordinal)
            || text.StartsWith("kldload", StringComparison.Ordinal))
        && s_refusals.Any(r => text.Contains(r, StringComparison.Ordinal));
}
