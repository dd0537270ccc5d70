// An OpenAI-compatible server in front of one small model: node server.mjs MODEL.gguf [PORT [AT_ONCE]]
//
// POST /v1/chat/completions and GET /v1/models, for chats of text alone, on one core. Requests at one time are worked on in one
// batch, which costs little more than one of them, each in the sequence that already holds most of its prompt. A JSON schema in
// response_format becomes a grammar that holds the model to it; what a grammar cannot say (bounds of numbers) is left out.
// node-llama-cpp is found beside this file's working folder (make_env.py installs it there).
import {createServer} from "node:http";
import {createRequire} from "node:module";
import {basename, join} from "node:path";
import {pathToFileURL} from "node:url";

const [model_path, port = "8000", at_once = "8"] = process.argv.slice(2);
const require = createRequire(join(process.cwd(), "package.json"));
const {getLlama, LlamaChat} = await import(pathToFileURL(require.resolve("node-llama-cpp")));

const llama = await getLlama({build: "never", gpu: false, maxThreads: 1});
const model = await llama.loadModel({modelPath: model_path});
const context = await model.createContext({contextSize: 3072, sequences: Number(at_once), threads: 1});
const free = Array.from({length: Number(at_once)}, () => {
    const sequence = context.getSequence();
    return {sequence, chat: new LlamaChat({contextSequence: sequence}), held: ""};
});
const waiting = [];
const name = basename(model_path, ".gguf");

const KEPT = ["$ref", "type", "enum", "const", "items", "minItems", "maxItems", "minLength", "maxLength"];

function grammarOf(schema) {
    if (schema.anyOf ?? schema.oneOf) return {oneOf: (schema.anyOf ?? schema.oneOf).map(grammarOf)};
    const made = {};
    for (const key of KEPT) if (key in schema) made[key] = schema[key];
    if (made.enum) return {enum: made.enum};
    if (made.items) made.items = grammarOf(made.items);
    for (const key of ["properties", "$defs"])
        if (schema[key]) made[key] = Object.fromEntries(Object.entries(schema[key]).map(([k, v]) => [k, grammarOf(v)]));
    return made;
}

function textOf(content) {
    if (typeof content === "string") return content;
    return content.map((part) => {
        if (part.type !== "text") throw new Error(`this server takes text alone, not ${part.type}`);
        return part.text;
    }).join("\n");
}

function same(one, two) {
    let n = 0;
    while (n < one.length && one[n] === two[n]) n++;
    return n;
}

async function taken(prompt) {
    if (!free.length) await new Promise((go) => waiting.push(go));
    free.sort((one, two) => same(one.held, prompt) - same(two.held, prompt));
    return Object.assign(free.pop(), {held: prompt});
}

async function complete(asked) {
    const place = await taken(JSON.stringify(asked.messages));
    try {
        return await written(asked, place);
    } finally {
        free.push(place);
        waiting.shift()?.();
    }
}

async function written(asked, {sequence, chat}) {
    const history = asked.messages.map(({role, content}) => {
        const text = textOf(content);
        return role === "assistant" ? {type: "model", response: [text]} : {type: role, text};
    });
    history.push({type: "model", response: []});
    const schema = asked.response_format?.json_schema?.schema;
    const grammar = schema && await llama.createGrammarForJsonSchema(grammarOf(schema));
    const meter = sequence.tokenMeter.getState();
    const reply = await chat.generateResponse(history, {
        grammar, maxTokens: asked.max_completion_tokens ?? asked.max_tokens ?? 700,
        temperature: asked.temperature ?? 0, topP: asked.top_p ?? 1, seed: asked.seed ?? 0,
    });
    const {usedInputTokens: read, usedOutputTokens: made} = sequence.tokenMeter.diff(meter);
    const reason = reply.metadata.stopReason === "maxTokens" ? "length" : "stop";
    return {
        id: "chatcmpl", object: "chat.completion", created: Math.floor(Date.now() / 1000), model: name,
        choices: [{index: 0, finish_reason: reason, message: {role: "assistant", content: reply.response}}],
        usage: {prompt_tokens: read, completion_tokens: made, total_tokens: read + made},
    };
}

createServer(async (request, response) => {
    const answer = (status, value) => {
        response.writeHead(status, {"content-type": "application/json"});
        response.end(JSON.stringify(value));
    };
    if (request.method === "GET") return answer(200, {object: "list", data: [{id: name, object: "model"}]});
    let body = "";
    for await (const piece of request) body += piece;
    try {
        answer(200, await complete(JSON.parse(body)));
    } catch (error) {
        answer(400, {error: {message: String(error.message ?? error), type: "invalid_request_error"}});
    }
}).listen(Number(port), "127.0.0.1", () => console.log(`ready: http://127.0.0.1:${port}/v1`));
