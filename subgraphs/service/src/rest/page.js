// Shows the answer to a form below it. Without this script the form leads to the answer, in a tab of its own.
for (const form of document.querySelectorAll("form")) {
  const answer = document.createElement("output");
  answer.hidden = true;
  form.append(answer);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    // What is left empty is not sent: it is the default that counts then.
    const given = [...new FormData(form)].filter(([, value]) => value !== "");
    const address = new URL(form.action);
    address.search = new URLSearchParams(given).toString().replaceAll("%2C", ",");
    const call = form.querySelector("p:last-of-type a");
    if (call) {
      call.href = address;
      call.firstChild.textContent = address.pathname + address.search;
    }
    const show = (status, text) => {
      answer.replaceChildren(Object.assign(document.createElement("b"), { textContent: status }), Object.assign(document.createElement("pre"), { textContent: text }));
      answer.hidden = false;
    };
    try {
      const response = await fetch(address, { headers: { accept: "application/json" } });
      const text = await response.text();
      let shown = text;
      try {
        // Only laid out: numbers keep every digit, as they are texts.
        shown = JSON.stringify(JSON.parse(text), null, 2);
      } catch {}
      show(String(response.status), shown);
    } catch (error) {
      show("", String(error));
    }
  });
}
