// netmon-lab: a cluster on one machine.
Console.Error.WriteLine("usage: netmon-lab VERB [option...]");
return 2;
