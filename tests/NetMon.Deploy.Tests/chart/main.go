// chart renders a Helm chart as `helm template` does: values by the chart's schema, text/template with Sprig, and Helm's own
// functions. For tests where Helm itself is not at hand.
//
//	chart CHART RELEASE NAMESPACE [VALUES.yaml...]
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"github.com/ghodss/yaml"
	"github.com/xeipuuv/gojsonschema"
)

func main() {
	if len(os.Args) < 4 {
		fail(fmt.Errorf("usage: chart CHART RELEASE NAMESPACE [VALUES.yaml...]"))
	}
	chart := os.Args[1]
	values := readYaml(filepath.Join(chart, "values.yaml"))
	for _, file := range os.Args[4:] {
		values = override(values, readYaml(file))
	}
	check(filepath.Join(chart, "values.schema.json"), values)
	about := readYaml(filepath.Join(chart, "Chart.yaml"))
	render(chart, map[string]interface{}{
		"Values": values,
		"Chart": map[string]interface{}{
			"Name":       about["name"],
			"Version":    about["version"],
			"AppVersion": about["appVersion"],
		},
		"Release": map[string]interface{}{
			"Name": os.Args[2], "Namespace": os.Args[3], "Service": "Helm",
			"IsInstall": true, "IsUpgrade": false, "Revision": 1,
		},
		"Capabilities": map[string]interface{}{
			"KubeVersion": map[string]interface{}{"Version": "v1.32.4", "Major": "1", "Minor": "32"},
		},
	})
}

// override lays one map of values over another: maps are merged, null removes, all else replaces.
func override(base, over map[string]interface{}) map[string]interface{} {
	for name, value := range over {
		inner, isMap := value.(map[string]interface{})
		old, wasMap := base[name].(map[string]interface{})
		switch {
		case value == nil:
			delete(base, name)
		case isMap && wasMap:
			base[name] = override(old, inner)
		default:
			base[name] = value
		}
	}
	return base
}

func check(schema string, values map[string]interface{}) {
	text, err := os.ReadFile(schema)
	fail(err)
	given, err := json.Marshal(values)
	fail(err)
	result, err := gojsonschema.Validate(gojsonschema.NewBytesLoader(text), gojsonschema.NewBytesLoader(given))
	fail(err)
	if !result.Valid() {
		for _, problem := range result.Errors() {
			fmt.Fprintf(os.Stderr, "- %s\n", problem)
		}
		os.Exit(3)
	}
}

func render(chart string, context map[string]interface{}) {
	// Helm's choice too: what is missing is nothing.
	all := template.New("chart").Option("missingkey=zero")
	all.Funcs(functions(all))
	files, err := filepath.Glob(filepath.Join(chart, "templates", "*"))
	fail(err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		fail(err)
		_, err = all.New(filepath.Base(file)).Parse(string(text))
		fail(err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		if strings.HasPrefix(name, "_") {
			continue
		}
		var output bytes.Buffer
		fail(all.ExecuteTemplate(&output, name, context))
		if name == "NOTES.txt" || strings.TrimSpace(output.String()) == "" {
			continue
		}
		fmt.Printf("---\n# Source: %s\n%s\n", name, strings.ReplaceAll(output.String(), "<no value>", ""))
	}
}

// functions are Sprig's without those that Helm takes away, and those that Helm adds.
func functions(all *template.Template) template.FuncMap {
	set := sprig.TxtFuncMap()
	delete(set, "env")
	delete(set, "expandenv")
	execute := func(name string, data interface{}) (string, error) {
		var output strings.Builder
		err := all.ExecuteTemplate(&output, name, data)
		return output.String(), err
	}
	set["include"] = execute
	set["tpl"] = func(text string, data interface{}) (string, error) {
		inner, err := all.Clone()
		if err != nil {
			return "", err
		}
		if _, err = inner.New("tpl").Parse(text); err != nil {
			return "", err
		}
		var output strings.Builder
		err = inner.ExecuteTemplate(&output, "tpl", data)
		return output.String(), err
	}
	set["required"] = func(message string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return value, fmt.Errorf(message)
		}
		return value, nil
	}
	set["toYaml"] = func(value interface{}) string {
		text, err := yaml.Marshal(value)
		if err != nil {
			return ""
		}
		return strings.TrimSuffix(string(text), "\n")
	}
	set["fromYaml"] = func(text string) map[string]interface{} {
		value := map[string]interface{}{}
		if err := yaml.Unmarshal([]byte(text), &value); err != nil {
			value["Error"] = err.Error()
		}
		return value
	}
	// As without a cluster.
	set["lookup"] = func(apiVersion, kind, namespace, name string) map[string]interface{} {
		return map[string]interface{}{}
	}
	return set
}

func readYaml(file string) map[string]interface{} {
	text, err := os.ReadFile(file)
	fail(err)
	value := map[string]interface{}{}
	fail(yaml.Unmarshal(text, &value))
	return value
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
