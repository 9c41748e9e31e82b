#!/bin/sh
# A short ffmpeg job: ends with the process that began it, however that ends, and yields to the recorder.
# In a session of its own: a Ctrl-C is for whoever began it, who ends it properly.
exec setsid setpriv --pdeathsig KILL nice -n 10 ffmpeg -hide_banner -nostdin -nostats -loglevel error -y "$@"
