#!/bin/sh
exec docker run --detach --name client \
  --sysctl=net.ipv4.tcp_keepalive_time=170 \
  --sysctl=net.ipv4.tcp_keepalive_intvl=30 \
  --sysctl=net.ipv4.tcp_keepalive_probes=6 \
  registry.example.com/client
