-- host, pause, until when it holds
note_host(arg(1), "pause", num(2), "pause_till", num(3))
