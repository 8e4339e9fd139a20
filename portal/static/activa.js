// Comfort only: every page works without it. No page relies on a request made here.
(() => {
  "use strict";
  const EMPTY =
    "El archivo está vacío. Si está en la nube, espera a que se descargue en tu equipo y ábrelo para comprobarlo; si no, escanea la carta de nuevo.";
  const megabytes = (bytes) => `${(Math.ceil((bytes * 10) / 1048576) / 10).toLocaleString("es-CO")} MB`;

  const arrive = (root) => {
    const summary = root.querySelector("#resumen");
    if (summary) summary.focus();
    for (const each of root.querySelectorAll("[data-start-download]")) {
      history.replaceState(null, "", location.pathname);
      location.assign(each.dataset.startDownload);
    }
    root.querySelectorAll("form.upload").forEach(prepareUpload);
  };

  const prepareUpload = (form) => {
    const input = form.querySelector("input[type=file]");
    const problem = form.querySelector("#documento-tamano");
    const limit = Number(form.dataset.limit);
    const wrong = (file) => {
      if (!file) return "";
      if (file.size === 0) return EMPTY;
      return file.size > limit
        ? `El archivo pesa ${megabytes(file.size)} y el máximo es ${form.dataset.limitText}. Escanea en escala de grises a 150 ppp, o baja la calidad de la imagen.`
        : "";
    };
    const check = () => {
      const text = wrong(input.files[0]);
      problem.hidden = !text;
      problem.textContent = text;
      if (text) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
      return !text;
    };
    input.addEventListener("change", () => {
      form.querySelector("#documento-error")?.remove();
      form.querySelector("[data-chosen]").textContent = input.files[0]?.name ?? "";
      check();
    });
    for (const name of ["dragenter", "dragover"]) {
      form.addEventListener(name, (event) => {
        event.preventDefault();
        form.classList.add("over");
      });
    }
    for (const name of ["dragleave", "drop"]) form.addEventListener(name, () => form.classList.remove("over"));
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      if (event.dataTransfer.files.length === 0) return;
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change"));
    });
    form.addEventListener("htmx:confirm", (event) => {
      if (!check()) {
        event.preventDefault();
        input.focus();
      }
    });
    form.addEventListener("htmx:beforeRequest", () => { form.querySelector(".sending").hidden = false; });
    form.addEventListener("htmx:xhr:progress", (event) => {
      if (!event.detail.lengthComputable) return;
      const percent = Math.floor((100 * event.detail.loaded) / event.detail.total);
      form.querySelector("progress").value = percent;
      form.querySelector("[data-sent]").textContent =
        percent < 100 ? `${percent} %` : "Recibido. Estamos revisando la carta…";
    });
    const failed = () => {
      form.querySelector(".sending").hidden = true;
      problem.hidden = false;
      problem.textContent = "No pudimos enviar el archivo. Revisa tu conexión e intenta de nuevo.";
    };
    for (const name of ["htmx:sendError", "htmx:timeout", "htmx:sendAbort"]) form.addEventListener(name, failed);
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-once]")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
  // A page that comes back from the browser's memory must be usable again.
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("[data-once]")) delete form.dataset.sent;
  });
  document.addEventListener("htmx:afterSettle", () => arrive(document));
  arrive(document);
  document.querySelector("form[data-submit]")?.submit();
})();
