import { describe, expect, test } from "vitest";
import { compileTemplates, TemplateError } from "../../src/site/templates.ts";

function renderText(text: string, data: unknown, name = "t.txt"): string {
  return compileTemplates(new Map([[name, { file: `templates/${name}.hbs`, text }]])).render(
    name,
    data,
  );
}

/** The error of a template, as code, place and arguments. */
function mistake(text: string, data: unknown = {}): unknown {
  try {
    renderText(text, data);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const { code, args, place } = error.diagnostic;
    expect([error.file, error.line, error.column]).toEqual([
      place?.file,
      place?.line,
      place?.column,
    ]);
    return { code, args, at: `${String(place?.line)}:${String(place?.column)}`, text: place?.text };
  }
  throw new Error("the template has no mistake");
}

describe("rendering", () => {
  test("values, lists and conditions", () => {
    const text =
      "{{a}}\n{{#each xs}}\n- {{this}}\n{{/each}}\n{{#if b}}\nyes\n{{else}}\nno\n{{/if}}\n";
    expect(renderText(text, { a: 1, xs: ["x", "y"], b: null })).toBe("1\n- x\n- y\nno\n");
  });

  test("text is not escaped, HTML is", () => {
    const data = { a: `<b a="1">&'` };
    expect(renderText("{{a}}", data)).toBe(`<b a="1">&'`);
    expect(renderText("{{a}}", data, "page.html")).toBe(
      "&lt;b a&#x3D;&quot;1&quot;&gt;&amp;&#x27;",
    );
  });

  test("json is safe inside a script", () => {
    const data = { a: { text: "</script>\u2028\r\n", "": [1, null] } };
    const json = renderText("{{json a}}", data);
    expect(json).not.toMatch(/[<\u2028\r\n]/);
    expect(JSON.parse(json)).toEqual(data.a);
  });

  test("a source with CRLF renders like one with LF", () => {
    const text = "a\n{{#each xs}}\n{{this}}\n{{/each}}\n";
    const data = { xs: [1, 2] };
    expect(renderText(text.replaceAll("\n", "\r\n"), data)).toBe(renderText(text, data));
  });

  test("the policy's lines end in CRLF", () => {
    const data = { mode: "none" };
    expect(renderText("a\nmode: {{mode}}\n", data, "mta-sts.txt")).toBe("a\r\nmode: none\r\n");
  });

  test("a template that nobody uses is never compiled", () => {
    const sources = new Map([
      ["good", { file: "good.hbs", text: "ok" }],
      ["bad", { file: "bad.hbs", text: "{{#if}" }],
    ]);
    const renderer = compileTemplates(sources);
    expect(renderer.render("good", {})).toBe("ok");
    expect(() => renderer.render("bad", {})).toThrow(TemplateError);
    expect(() => renderer.render("none", {})).toThrow("there is no template none");
  });
});

describe("mistakes", () => {
  test("an unknown name", () => {
    expect(mistake("first\n  {{nope}}\n")).toEqual({
      code: "template/unknown-name",
      args: { name: "nope" },
      at: "2:5",
      text: "  {{nope}}",
    });
  });

  test("a name that the data of an inner block lacks", () => {
    const found = mistake("{{#each xs}}\n{{a.b}}\n{{/each}}", { xs: [{ a: {} }] });
    expect(found).toMatchObject({ code: "template/unknown-name", args: { name: "b" }, at: "2:3" });
  });

  test.each(["{{#if nope}}x{{/if}}", "{{#each nope}}x{{/each}}", "{{json a.nope}}"])(
    "an unknown name as an argument: %s",
    (text) => {
      const found = mistake(`\n\n ${text}`, { a: {} });
      expect(found).toMatchObject({ code: "template/unknown-name", args: { name: "nope" } });
      expect((found as { at: string }).at).toMatch(/^3:/);
    },
  );

  test.each(["{{shell 'ls'}}", "{{log 1}}", "{{lookup this 'a'}}", "{{#helper 1}}{{/helper}}"])(
    "an unknown helper: %s",
    (text) => {
      expect(mistake(`\n ${text}`)).toMatchObject({ code: "template/unknown-name", at: "2:2" });
    },
  );

  test("a block that is not closed", () => {
    expect(mistake("a\n{{#if x}}\nb\n", { x: 1 })).toMatchObject({
      code: "template/syntax",
      at: "4:1",
    });
  });

  test("a block closed by another name", () => {
    const found = mistake("\n{{#if x}}{{/each}}", { x: 1 });
    const args = { detail: "if doesn't match each" };
    expect(found).toMatchObject({ code: "template/syntax", args, at: "2:4" });
  });

  test("half a mustache", () => {
    expect(mistake("a\nb {{foo\n")).toMatchObject({ code: "template/syntax", text: "b {{foo" });
  });

  test("a value used as if it had parts", () => {
    expect(mistake("{{a.b}}", { a: "text" })).toMatchObject({ code: "template/syntax" });
    expect(mistake("{{a.b}}", { a: null })).toMatchObject({ code: "template/unknown-name" });
  });
});

describe("what a template cannot reach", () => {
  test.each([
    "{{constructor}}",
    "{{a.constructor.constructor}}",
    "{{__proto__}}",
    "{{a.toString}}",
    "{{#with __proto__}}{{this}}{{/with}}",
    "{{#each a.__proto__}}{{this}}{{/each}}",
    "{{json this.constructor}}",
    "{{[constructor]}}",
    "{{#if hasOwnProperty}}x{{/if}}",
  ])("the prototype: %s", (text) => {
    expect(mistake(text, { a: "x" })).toMatchObject({ code: "template/unknown-name" });
  });

  test.each(["{{> other}}", "{{#> layout}}{{/layout}}", '{{#*inline "x"}}{{/inline}}', "{{* d}}"])(
    "other templates: %s",
    (text) => {
      expect(mistake(`ab\n ${text}`)).toMatchObject({ code: "template/syntax", at: "2:2" });
    },
  );
});
