package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestTreeIsClean holds that the generated files are those that the generator makes, and that there are no others.
func TestTreeIsClean(t *testing.T) {
	files, err := generate("..")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		if got, err := os.ReadFile(filepath.Join("..", name)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what apigen makes of the model (%v): run go generate ./internal/api", name, err)
		}
	}
	present, err := filepath.Glob("../z_*.go")
	if err != nil || len(present) != len(files) {
		t.Errorf("%d generated files, want %d: %v", len(present), len(files), err)
	}
}

func TestNames(t *testing.T) {
	for in, want := range map[string]string{
		"logGroupName": "LogGroupName", "eventId": "EventID", "kmsKeyId": "KmsKeyID", "accountIds": "AccountIDs", "logGroupIdentifiers": "LogGroupIdentifiers", "id": "ID", "arn": "Arn",
	} {
		if got := goName(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	for in, want := range map[string]string{"LogStreamName": "XLogStreamName", "INFREQUENT_ACCESS": "XInfrequentAccess", "V1.1": "XV11", "Bytes/Second": "XBytesSecond", "json": "XJson"} {
		if got := constName("X", in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
