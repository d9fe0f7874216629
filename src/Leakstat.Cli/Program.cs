using Leakstat.Cli;

return CommandLine.Run(args, Terminal.OfProcess());
