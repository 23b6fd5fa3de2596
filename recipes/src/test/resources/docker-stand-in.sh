#!/bin/sh
# Answers what Boot asks of 'docker', as if a container ran the server whose port is in STAND_IN_PORT.
case "$*" in
"version --format {{.Client.Version}}") echo 27.0.0 ;;
"compose version --format json") echo '{"version":"2.30.0"}' ;;
"context ls"*) echo '{"Name":"default","Current":true,"DockerEndpoint":"unix:///var/run/docker.sock"}' ;;
"compose --file "*"compose.yaml"*" config --format=json") echo '{"name":"shop","services":{"redis":{"image":"redis:8"}}}' ;;
*" ps "*) [ ! -f "$0.up" ] || echo '{"ID":"c0ffee","Name":"shop-redis-1","Image":"redis:8","State":"running"}' ;;
"inspect "*) echo '{"Id":"c0ffee","Config":{"Image":"redis:8","Labels":{"com.docker.compose.service":"redis"},"ExposedPorts":{"6379/tcp":{}},"Env":["A=b"]},"NetworkSettings":{"Ports":{"6379/tcp":[{"HostIp":"127.0.0.1","HostPort":"'"$STAND_IN_PORT"'"}]}},"HostConfig":{"NetworkMode":"shop_default"}}' ;;
*" up "*) touch "$0.up" ;;
*" stop "*) rm "$0.up" ;;
*)
	echo "unexpected: $*" >&2
	exit 1
	;;
esac
