using Leakstat.Fuzz.Guided.Loop;
using Leakstat.Fuzz.Guided.Targets;

namespace Leakstat.Fuzz.Guided.Running;

/// <summary>The program with <c>--guided</c>.</summary>
public static class GuidedProgram
{
    /// <summary>Runs; 0 where nothing failed, 1 where something did, 2 for a wrong option.</summary>
    /// <param name="args">Its arguments, <c>--guided</c> among them.</param>
    /// <param name="output">Takes what is printed.</param>
    public static int Run(IReadOnlyList<string> args, TextWriter output)
    {
        try
        {
            var options = GuidedOptions.Parse(args);
            IReadOnlyList<GuidedTarget> targets = GuidedTargets.Named(options.Targets, options.Root);
            if (options.IsList)
            {
                foreach (GuidedTarget target in targets)
                {
                    output.WriteLine(target.Name);
                }

                return 0;
            }

            return options.Instrumented is not null ? new GuidedWorker(options, targets, output).Run()
                : options.Replay is { } file ? Replay(targets[0], File.ReadAllBytes(file), output)
                : options.Minimise is { } large ? Minimise(targets[0], large, output)
                : new GuidedParent(options, targets, output).Run();
        }
        catch (GuidedOptionException e)
        {
            output.WriteLine(e.Message);
            return 2;
        }
    }

    /// <summary>What happens when a target reads an input, in words; null where all is well.</summary>
    public static GuidedFailure? Fails(GuidedTarget target, byte[] input)
    {
        string? wrong = null;
        try
        {
            target.Read(input, what => wrong ??= what);
        }
        catch (Exception e)
        {
            wrong = e.ToString();
        }

        return wrong is null ? null : new GuidedFailure(target.Name, 0, 0, input, wrong);
    }

    private static int Replay(GuidedTarget target, byte[] input, TextWriter output)
    {
        GuidedFailure? failure = Fails(target, input);
        output.WriteLine(failure?.What ?? "read without a fault");
        return failure is null ? 0 : 1;
    }

    /// <summary>Leaves out pieces, large ones first, as long as the same goes wrong.</summary>
    private static int Minimise(GuidedTarget target, string file, TextWriter output)
    {
        byte[] input = File.ReadAllBytes(file);
        if (Fails(target, input) is not { } failure)
        {
            output.WriteLine("read without a fault: nothing to make smaller");
            return 0;
        }

        for (int size = Math.Max(1, input.Length / 2); size > 0; size /= 2)
        {
            for (int at = 0; at < input.Length;)
            {
                byte[] smaller = [.. input.AsSpan(0, at), .. input.AsSpan(Math.Min(input.Length, at + size))];
                if (Fails(target, smaller)?.Kind == failure.Kind)
                {
                    input = smaller;
                }
                else
                {
                    at += size;
                }
            }
        }

        File.WriteAllBytes(file + ".small", input);
        output.WriteLine($"{file}.small: {input.Length} bytes\n{Convert.ToHexString(input)}");
        output.WriteLine(Fails(target, input)!.What);
        return 1;
    }
}
