package main

import (
	"context"
	"errors"
	"os"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// linesConfig says where a signal is written: one message a line, in OTLP's JSON.
type linesConfig struct {
	Path string `mapstructure:"path"`
}

func (config *linesConfig) Validate() error {
	if config.Path == "" {
		return errors.New("path: a file is expected")
	}
	return nil
}

// lines appends whole lines to a file.
type lines struct {
	path string
	lock sync.Mutex
	file *os.File
}

func (writer *lines) Start(context.Context, component.Host) (err error) {
	writer.file, err = os.OpenFile(writer.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	return err
}

func (writer *lines) Shutdown(context.Context) error {
	if writer.file == nil {
		return nil
	}
	return writer.file.Close()
}

func (writer *lines) Capabilities() consumer.Capabilities {
	return consumer.Capabilities{MutatesData: false}
}

func (writer *lines) append(line []byte, err error) error {
	if err != nil {
		return err
	}
	writer.lock.Lock()
	defer writer.lock.Unlock()
	_, err = writer.file.Write(append(line, '\n'))
	return err
}

func (writer *lines) ConsumeTraces(_ context.Context, traces ptrace.Traces) error {
	return writer.append((&ptrace.JSONMarshaler{}).MarshalTraces(traces))
}

func (writer *lines) ConsumeMetrics(_ context.Context, metrics pmetric.Metrics) error {
	return writer.append((&pmetric.JSONMarshaler{}).MarshalMetrics(metrics))
}

func linesFactory() exporter.Factory {
	made := func(config component.Config) *lines { return &lines{path: config.(*linesConfig).Path} }
	return exporter.NewFactory(
		component.MustNewType("lines"),
		func() component.Config { return &linesConfig{} },
		exporter.WithTraces(func(_ context.Context, _ exporter.Settings, config component.Config) (exporter.Traces, error) {
			return made(config), nil
		}, component.StabilityLevelStable),
		exporter.WithMetrics(func(_ context.Context, _ exporter.Settings, config component.Config) (exporter.Metrics, error) {
			return made(config), nil
		}, component.StabilityLevelStable),
	)
}
