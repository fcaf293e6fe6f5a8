//! Files as tables: a path or an address in quotes where SQL has the name of a table.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use datafusion::catalog::{DynamicFileCatalog, TableProvider, UrlTableFactory};
use datafusion::datasource::dynamic_file::DynamicListTableFactory;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::object_store::{DefaultObjectStoreRegistry, ObjectStoreRegistry};
use datafusion::prelude::SessionContext;
use object_store::http::HttpBuilder;
use object_store::path::Path;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt, RetryConfig};
use url::{Position, Url};

/// Let the session take files and addresses for tables.
pub(super) fn with_files(context: SessionContext) -> SessionContext {
    let web = context.runtime_env().object_store_registry.clone();
    let files = Arc::new(Files { local: DynamicListTableFactory::default(), web });
    let catalogs = context.state().catalog_list().clone();
    let catalogs = Arc::new(DynamicFileCatalog::new(catalogs, files.clone()));
    let context: SessionContext = context.into_state_builder().with_catalog_list(catalogs).build().into();
    files.local.session_store().with_state(context.state_weak_ref());
    context
}

#[derive(Debug)]
struct Files {
    local: DynamicListTableFactory,
    web: Arc<dyn ObjectStoreRegistry>,
}

#[async_trait]
impl UrlTableFactory for Files {
    /// A name that is no file is left to whoever asks, and becomes "table not found"; an address that does not answer is an error
    /// of its own, because "not found" would hide why.
    async fn try_new(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let Some(address) = address(name)? else {
            return self.local.try_new(name).await;
        };
        let path = Path::from_url_path(address.path()).map_err(|e| fault(name, &e))?;
        self.web.get_store(&address)?.head(&path).await.map_err(|e| fault(name, &e))?;
        let table = self.local.try_new(name).await?;
        let unknown = "expected an address that ends in .csv, .json, .arrow or .parquet";
        table.map(Some).ok_or_else(|| fault(name, &unknown))
    }
}

fn fault(address: &str, why: &dyn std::fmt::Display) -> DataFusionError {
    DataFusionError::Plan(format!("{address}: {why}"))
}

/// An address on the web, if the name is one.
fn address(name: &str) -> Result<Option<Url>> {
    let Some((scheme, _)) = name.split_once("://") else {
        return Ok(None);
    };
    match scheme {
        "file" => Ok(None),
        "http" | "https" => Url::parse(name).map(Some).map_err(|e| fault(name, &e)),
        _ => Err(fault(name, &"expected a path, http:// or https://")),
    }
}

/// Local files, and any web server that answers to HEAD and to GET of a range.
#[derive(Debug, Default)]
pub(super) struct Web(DefaultObjectStoreRegistry);

impl ObjectStoreRegistry for Web {
    fn register_store(&self, url: &Url, store: Arc<dyn ObjectStore>) -> Option<Arc<dyn ObjectStore>> {
        self.0.register_store(url, store)
    }

    fn get_store(&self, url: &Url) -> Result<Arc<dyn ObjectStore>> {
        if !matches!(url.scheme(), "http" | "https") {
            return self.0.get_store(url);
        }
        if let Ok(known) = self.0.get_store(url) {
            return Ok(known);
        }
        // A question is asked by someone who waits: three tries in half a minute, then the reason.
        let retry =
            RetryConfig { max_retries: 2, retry_timeout: Duration::from_secs(30), ..RetryConfig::default() };
        let options =
            ClientOptions::new().with_allow_http(true).with_connect_timeout(Duration::from_secs(10));
        let server = HttpBuilder::new()
            .with_url(&url[..Position::BeforePath])
            .with_client_options(options)
            .with_retry(retry)
            .build()?;
        let server: Arc<dyn ObjectStore> = Arc::new(server);
        self.0.register_store(url, server.clone());
        Ok(server)
    }
}
